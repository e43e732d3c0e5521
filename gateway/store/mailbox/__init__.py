"""The professionals' mailboxes."""
