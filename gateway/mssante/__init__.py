"""Secure mail: the doors, the mailboxes, the receipts, and what is sent."""
