"""What is stated to suppliers, what they state, and how both were matched."""
