"""Price lists, which price is the latest, and the runs that let receipts follow it."""
