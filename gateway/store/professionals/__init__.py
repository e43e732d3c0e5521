"""Professionals who sign in: their accounts, their sessions, the codes sent to them."""
