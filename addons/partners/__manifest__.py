{
    "version": "0.1.0",
    "title": "Partners",
    "summary": "Customers and suppliers, with the people to write to.",
    "category": "Ground floor",
}
