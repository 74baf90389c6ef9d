{
    "version": "0.1.0",
    "title": "Products",
    "summary": "Parts with maker and part number, and services.",
    "category": "Ground floor",
}
