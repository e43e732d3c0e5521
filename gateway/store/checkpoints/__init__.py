"""
The tree over the journal's lines, and the checkpoints that were signed of it.

`sealing.py` appends to it, beside the writers; `proving.py` reads it; `verifying.py`
compares it with the lines, with the documents and with what was signed.
"""
