"""What payment runs are made of."""
