"""What is kept: tables, transactions, tasks, blobs, keys, journal."""
