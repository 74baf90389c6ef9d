"""What products are found, priced and counted by."""
