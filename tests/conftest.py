"""Fixtures that every test may ask for."""

from tests.pki import pki, pki_folder

__all__ = ["pki", "pki_folder"]
