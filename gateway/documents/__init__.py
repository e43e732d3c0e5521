"""Formats of health documents: bytes to values and back. No store, no settings."""
