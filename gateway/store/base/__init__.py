"""The database itself: engine, transaction, writer. No table of a subject."""
