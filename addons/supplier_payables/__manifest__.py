{
    "version": "0.1.0",
    "title": "Supplier payables",
    "summary": "One run states what is owed to each supplier; its list is matched and billed.",
    "category": "Trade",
    "depends": [
        "accounting>=0.1",
        "matching>=0.1",
        "partners>=0.1",
        "products>=0.1",
        "purchasing>=0.1",
        "stock>=0.1",
    ],
}
