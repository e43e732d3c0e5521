"""Measuring the gateway: a node of its own, a load, and what it costs."""
