{
    "version": "0.2.0",
    "title": "Products",
    "summary": "Parts with all that a distributor keeps of them, their numbers at partners, and services.",
    "category": "Ground floor",
    "depends": ["partners>=0.1"],
}
