"""
The metadata of documents (XDS): entries and submission sets, read, computed and
written.
"""
