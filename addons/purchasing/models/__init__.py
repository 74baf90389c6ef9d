"""What was agreed with suppliers, and what became of it."""
