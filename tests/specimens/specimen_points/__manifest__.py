{
    "version": "1.0",
    "title": "Specimen points",
    "summary": "Adds to the specimen statement, as a further addon would.",
    "depends": ["specimen_statement"],
}
