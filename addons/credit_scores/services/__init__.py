"""What a score is made of."""
