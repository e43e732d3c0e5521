"""
Where documents are kept: the port (`vault`), how a step comes to one (`access`), and
an adapter for each kind of vault. The node says which is used.
"""
