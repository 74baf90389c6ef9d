"""Who may state, match, approve and post; a statement is seen by whoever sees its supplier."""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
for model in ("payables.run", "payables.run_skip", "payables.line", "payables.match", "payables.their_line"):
    rights.model(model, read="supplier_payables.read", write=NEVER)
rights.model("payables.statement", read="supplier_payables.read", write="supplier_payables.match")

for model in ("payables.run_skip", "payables.statement"):
    rights.follows(model, "partner_id", "partner")
for model in ("payables.line", "payables.match", "payables.their_line"):
    rights.follows(model, "statement_id", "payables.statement")

rights.permission("supplier_payables.read", _l("See payable statements"))
rights.permission("supplier_payables.run", _l("State what is owed to suppliers"))
rights.permission("supplier_payables.match", _l("Match suppliers' lists, and accept or dispute lines"))
rights.permission("supplier_payables.send", _l("Mail payable statements to suppliers"))
rights.permission("supplier_payables.approve", _l("Accept prices and quantities above the tolerance"))
rights.permission("supplier_payables.post", _l("Post payable statements"))
