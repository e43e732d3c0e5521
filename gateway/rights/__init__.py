"""Who may do what: pure functions from facts to decisions, no I/O."""
