{
    "version": "0.1.0",
    "title": "Billing statements",
    "summary": "One run creates the statements of all customers that are due, as PDF, and mails each once.",
    "category": "Core",
    "depends": ["accounting>=0.1", "matching>=0.1"],
}
