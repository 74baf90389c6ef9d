"""The records of accounting."""
