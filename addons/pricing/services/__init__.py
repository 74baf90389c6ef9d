"""What the verbs of pricing are made of."""
