"""Where goods are, how they move, and what they are worth."""
