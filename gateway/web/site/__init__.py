"""What the pages of every audience share; knows the pages of none."""
