{
    "version": "1.0",
    "title": "Specimen clubs",
    "summary": "Extends partners, their form, the statement and the menu, as somebody else's would.",
    "depends": ["billing_statements>=0.1"],
}
