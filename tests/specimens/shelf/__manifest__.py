{
    "version": "1.0",
    "title": "Shelf",
    "summary": "Parts, makers and orders, for the tests of the generic screens.",
    "depends": [],
}
