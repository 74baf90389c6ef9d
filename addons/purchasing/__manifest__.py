{
    "version": "0.1.0",
    "title": "Purchasing",
    "summary": "Requests, orders and receipts: what was agreed with suppliers, and how far it has come.",
    "category": "Ground floor",
    "depends": ["accounting>=0.1", "partners>=0.1", "products>=0.1", "stock>=0.1"],
}
