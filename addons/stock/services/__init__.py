"""What the verbs of stock are made of."""
