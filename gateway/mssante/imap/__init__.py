"""The door of the mailboxes: IMAP4rev1."""
