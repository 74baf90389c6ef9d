"""Who may see, write and post."""

from core.security.rights import Rights

rights = Rights()
for configured in ("accounting.account", "accounting.journal", "accounting.tax"):
    rights.model(configured, read="accounting.read", write="accounting.configure")
for document in (
    "accounting.invoice",
    "accounting.invoice_line",
    "accounting.invoice_tax",
    "accounting.payment",
):
    rights.model(document, read="accounting.read", write="accounting.write", delete="accounting.write")
for ledger in ("accounting.entry", "accounting.entry_line", "accounting.open_item", "accounting.allocation"):
    rights.model(ledger, read="accounting.read", write="core.nobody")
