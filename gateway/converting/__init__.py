"""Files that no browser shows or searches, read by a process that can reach nothing"""
