"""
How a process of ours is built and kept alive: the only place that names concrete
parts.
"""
