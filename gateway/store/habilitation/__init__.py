"""The versions of the habilitation matrix."""
