"""What senders are told, and what they tell us: DSN, MDN, error mails."""
