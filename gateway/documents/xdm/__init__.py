"""IHE_XDM.ZIP: opened within limits and checked, or written."""
