"""
What is vouched for: the tree over the journal's lines, checkpoints, who signs them.

Values and rules alone: `gateway/store/checkpoints` keeps the tree,
`gateway/node/signer.py` runs what signs, and `offline.py` checks it all at home, with
Python's standard library and nothing of ours.
"""
