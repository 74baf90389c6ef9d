"""Bank accounts, and payment runs with their lines."""
