"""Secure health messaging gateway: mail in, documents in the vault, answers back."""
