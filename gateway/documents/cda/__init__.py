"""CDA R2 files: the header, the body, the people in them, the schema."""
