"""What a statement run invoices."""
