"""The doors where mail comes in by SMTP."""
