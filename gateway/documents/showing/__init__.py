"""A CDA as HTML of our own that is safe to show."""
