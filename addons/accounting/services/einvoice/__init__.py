"""Electronic invoices of suppliers: UBL and CII, also inside a PDF, as one kind of record."""
