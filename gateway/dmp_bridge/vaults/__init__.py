"""Where documents are kept; one adapter per kind of vault."""
