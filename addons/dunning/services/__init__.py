"""What the verbs of dunning are made of."""
