"""The patients' pages: sign-in, messages, documents."""
