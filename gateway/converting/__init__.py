"""Files that no browser shows, converted by a process that can reach nothing."""
