"""What was agreed with customers, and what became of it."""
