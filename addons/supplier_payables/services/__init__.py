"""What the verbs of statements are made of."""
