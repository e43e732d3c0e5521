"""
Professionals who read: what patients agreed to, who cares for them, each consultation.

Rule: a fact is added and ends, it is never overwritten; what names somebody is sealed.
"""
