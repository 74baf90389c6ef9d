{
    "version": "0.1.0",
    "title": "Supplier payments",
    "summary": "What is to be paid is proposed, approved by a second person, and goes to the bank as a file.",
    "category": "Further addons",
    "depends": ["accounting>=0.1", "partners>=0.1"],
}
