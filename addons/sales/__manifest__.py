{
    "version": "0.1.0",
    "title": "Sales",
    "summary": "Quotations, orders, deliveries and their invoices: what was agreed, and how far it has come.",
    "category": "Ground floor",
    "depends": ["accounting>=0.1", "partners>=0.1", "products>=0.1", "stock>=0.1"],
}
