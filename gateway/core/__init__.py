"""The vocabulary: frozen values of the field, no I/O."""
