{
    "version": "0.1.0",
    "title": "Dunning",
    "summary": "Who is late is asked to pay, step by step: letters are reviewed, released, and mailed once.",
    "category": "Further addons",
    "depends": ["accounting>=0.1", "billing_statements>=0.1"],
}
