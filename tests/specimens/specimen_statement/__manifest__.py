{
    "version": "1.0",
    "title": "Specimen statement",
    "summary": "A statement of account without a ledger behind it, to try and to time documents with.",
}
