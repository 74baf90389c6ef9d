"""What the verbs of substitutes are made of."""
