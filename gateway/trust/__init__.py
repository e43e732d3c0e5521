"""
Who is at the other end of a connection: authorities, certificates, revocation,
allow-list, TLS.
"""
