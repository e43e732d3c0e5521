"""What leaves by mail: copies, relayed messages, notices."""
