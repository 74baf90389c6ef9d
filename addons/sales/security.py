"""Who may see, offer, confirm, release and invoice.

Orders follow the rule of their customer, so that a rep sees those of the own customers. What goods cost,
and so what an order earns, is seen by those who may see margins.
"""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
rights.model("sales.order", read="sales.read", write="sales.write", delete="sales.write")
for part in ("sales.order_line", "sales.schedule"):
    rights.model(part, read="sales.read", write="sales.write", delete="sales.write")
rights.model("sales.change", read="sales.read", write=NEVER)
rights.model("sales.invoiced_move", read="sales.margin", write=NEVER)
for rule in ("sales.requirement", "sales.maker_rule"):
    rights.model(rule, read="sales.read", write="sales.write", delete="sales.write")
    rights.follows(rule, "partner_id", "partner")
rights.field("sales.order_line", "unit_cost", read="sales.margin")
rights.field("partner", "credit_limit", read="sales.read")
rights.field("company", "margin_floor", read="sales.margin")
rights.field("maker", "margin_floor", read="sales.margin")
rights.follows("sales.order", "partner_id", "partner")
for part in ("sales.order_line", "sales.change"):
    rights.follows(part, "order_id", "sales.order")
rights.follows("sales.schedule", "line_id", "sales.order_line")

rights.permission("sales.read", _l("See quotations and orders: those of one's customers"))
rights.permission("sales.write", _l("Write quotations and delivery rules"))
rights.permission("sales.confirm", _l("Confirm and change orders"))
rights.permission("sales.release", _l("Release orders that are held"))
rights.permission("sales.deliver", _l("Deliver orders and take goods back"))
rights.permission("sales.invoice", _l("Invoice and credit orders"))
rights.permission("sales.margin", _l("See what orders cost and earn"))
rights.permission("sales.send", _l("Send quotations and order confirmations by mail"))
