"""Things to do, and who is doing them."""
