"""Who may see, write and judge pairs; what customers did is seen by whoever sees the customer."""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
rights.model("substitute", read="products.read", write="substitutes.write", delete="substitutes.write")
rights.model("substitute.choice", read="sales.read", write="sales.write")
rights.model("substitute.rule", read="sales.read", write="sales.write", delete="sales.write")
rights.model(
    "substitute.reference", read="products.read", write="substitutes.write", delete="substitutes.write"
)
rights.model("substitute.trait", read="products.read", write=NEVER)
rights.model("substitute.consent", read="sales.read", write="sales.write")
for kept in ("substitute.choice", "substitute.rule", "substitute.consent"):
    rights.follows(kept, "partner_id", "partner")

rights.permission("substitutes.write", _l("Write which parts may stand in for which"))
rights.permission("substitutes.approve", _l("Approve and refuse substitutes"))
