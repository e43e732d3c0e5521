"""The national directory: professionals as the public extraction has them."""
