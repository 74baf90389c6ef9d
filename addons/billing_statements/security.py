"""Who may see statements, run them, and let them go out."""

from core.security.rights import Rights

rights = Rights()
for model in ("billing.run", "billing.run_skip", "billing.statement", "billing.statement_line"):
    rights.model(model, read="billing_statements.read", write="core.nobody")
