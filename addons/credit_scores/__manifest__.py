{
    "version": "0.1.0",
    "title": "Credit scores",
    "summary": "How customers pay, in one number with its reasons; terms and a limit are suggested.",
    "category": "Further addons",
    "depends": ["accounting>=0.1", "billing_statements>=0.1"],
}
