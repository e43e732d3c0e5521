"""gateway.toml as frozen values; it imports nothing of ours but the errors."""
