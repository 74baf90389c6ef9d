{
    "version": "0.1.0",
    "title": "Accounting",
    "summary": "Double-entry ledger, customer invoices and credit notes, payments, open items.",
    "category": "Ground floor",
    "depends": ["matching>=0.1", "partners>=0.1", "products>=0.1"],
}
