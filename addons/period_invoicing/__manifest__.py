{
    "version": "0.1.0",
    "title": "Invoices by period",
    "summary": "Statement runs invoice what was delivered in the period before they state it.",
    "category": "Further addons",
    "depends": ["accounting>=0.1", "billing_statements>=0.1", "partners>=0.1", "sales>=0.1"],
    "auto_install": True,
}
