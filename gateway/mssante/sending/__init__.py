"""What leaves: copies, relayed messages, notices by e-mail and by text message."""
