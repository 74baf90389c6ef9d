"""What the verbs of orders are made of."""
