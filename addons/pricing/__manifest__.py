{
    "version": "0.1.0",
    "title": "Pricing",
    "summary": "Price lists of suppliers and for customers, the latest price, and receipts that follow it.",
    "category": "Further addons",
    "depends": [
        "accounting>=0.1",
        "matching>=0.1",
        "partners>=0.1",
        "products>=0.1",
        "purchasing>=0.1",
        "sales>=0.1",
        "stock>=0.1",
    ],
}
