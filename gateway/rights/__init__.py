"""May this happen? Pure functions from facts to decisions. No I/O."""
