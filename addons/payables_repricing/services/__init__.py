"""How prices go from a statement to its receipts, and back."""
