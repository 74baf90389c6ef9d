{
    "version": "1.0",
    "title": "Notary",
    "summary": "Notes each act on documents, as an addon that extends verbs would.",
    "depends": ["accounting", "billing_statements"],
}
