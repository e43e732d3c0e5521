"""The composition root: names the concrete parts and joins them."""
