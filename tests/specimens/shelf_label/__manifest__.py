{
    "version": "1.0",
    "title": "Shelf labels",
    "summary": "Extends the model, the screens and the menu of the shelf, for tests.",
    "depends": ["shelf"],
}
