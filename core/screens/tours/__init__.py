"""Tours: a few steps through a role's work, for the first day."""
