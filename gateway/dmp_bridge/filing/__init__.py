"""
Filing the documents of a message: open, gather, decide, settle, announce. No format
is read here.
"""
