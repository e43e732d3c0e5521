"""The entries of the embedded vault."""
