{
    "version": "1.0",
    "title": "Payables notary",
    "summary": "Notes each act on payables and repricing, as an addon that extends verbs would.",
    "depends": ["notary", "supplier_payables", "supplier_payments", "pricing", "payables_repricing"],
}
