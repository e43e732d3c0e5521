"""The patients' conversations."""
