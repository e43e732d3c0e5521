"""Patients: profiles, accounts, sessions, notices."""
