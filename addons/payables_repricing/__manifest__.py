{
    "version": "0.1.0",
    "title": "Repricing from statements",
    "summary": "A supplier's other price becomes a repricing in one act, and drafts follow repricing.",
    "category": "Further addons",
    "depends": ["matching>=0.1", "pricing>=0.1", "supplier_payables>=0.1"],
    "auto_install": True,
}
