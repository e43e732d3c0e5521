"""What earlier versions wrote, carried over in small batches while the service runs."""
