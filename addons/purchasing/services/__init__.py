"""What the verbs of purchasing are made of."""
