"""Records that every business needs: companies, currencies, number sequences, attachments."""
