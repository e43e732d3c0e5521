"""
An Internet message: bytes to values and back (RFC 5322, MIME). It knows no health,
no store, no settings.
"""
