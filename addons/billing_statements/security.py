"""Who may see statements, run them, and let them go out; a statement is seen by whoever sees its customer."""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
STANDING = ("billing.statement_line", "billing.open_document")
for model in ("billing.run", "billing.run_skip", "billing.statement", *STANDING):
    rights.model(model, read="billing_statements.read", write=NEVER)

for model in ("billing.statement", "billing.run_skip"):
    rights.follows(model, "partner_id", "partner")
rights.model("billing.answer", read="billing_statements.read", write=NEVER)
rights.model("billing.dispute", read="billing_statements.read", write="billing_statements.run")
rights.follows("billing.answer", "statement_id", "billing.statement")
rights.follows("billing.dispute", "partner_id", "partner")
for model in STANDING:
    rights.follows(model, "statement_id", "billing.statement")

rights.permission("billing_statements.read", _l("See statements"))
rights.permission("billing_statements.run", _l("Create statements"))
rights.permission("billing_statements.send", _l("Release and send statements"))
