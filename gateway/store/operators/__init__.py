"""What operators asked for, and a second one has to confirm."""
