"""The evidence of decisions, and the settings they were taken under."""
