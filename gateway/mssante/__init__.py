"""Secure mail: the trust space, the doors, the mailboxes, the receipts."""
