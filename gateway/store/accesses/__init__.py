"""
Operators' accesses to named documents: asked for, granted, told of, reviewed.

Rule: a line stands in the journal before anything is given by an access.
"""
