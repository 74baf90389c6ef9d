"""Rows in files: csv and spreadsheets, read from strangers and written for them."""
