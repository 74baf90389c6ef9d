{
    "version": "0.1.0",
    "title": "Stock",
    "summary": "Warehouses, lots and moves: what is there, what is promised, and what it is worth.",
    "category": "Ground floor",
    "depends": ["accounting>=0.1", "products>=0.1"],
}
