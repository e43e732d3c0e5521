"""Keys and encrypted bytes."""
