"""Who may see, ask, confirm, approve and receive.

Orders follow the rule of their supplier. What goods are bought at is seen by whoever sees the orders: it is
what the work is about.
"""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
for document in ("purchasing.order", "purchasing.order_line", "purchasing.schedule"):
    rights.model(document, read="purchasing.read", write="purchasing.write", delete="purchasing.write")
rights.model("purchasing.change", read="purchasing.read", write=NEVER)
for terms in ("purchasing.supplier_part", "purchasing.supplier_price"):
    rights.model(terms, read="purchasing.read", write="purchasing.write", delete="purchasing.write")
for inquiry in ("purchasing.inquiry", "purchasing.inquiry_line", "purchasing.inquiry_supplier"):
    rights.model(inquiry, read="purchasing.read", write="purchasing.write", delete="purchasing.write")
for landed in ("purchasing.landed_cost", "purchasing.landed_line", "purchasing.landed_receipt"):
    rights.model(landed, read="purchasing.read", write="purchasing.write", delete="purchasing.write")
rights.model("purchasing.landed_share", read="purchasing.read", write=NEVER)
rights.model("purchasing.billed_move", read="accounting.read_bills", write=NEVER)
rights.field("stock.move", "document_price", read="purchasing.read")
rights.field("stock.move", "document_rate", read="purchasing.read")
rights.follows("purchasing.order", "partner_id", "partner")
for part in ("purchasing.order_line", "purchasing.change"):
    rights.follows(part, "order_id", "purchasing.order")
rights.follows("purchasing.schedule", "line_id", "purchasing.order_line")
rights.follows("purchasing.landed_cost", "partner_id", "partner")
for part in ("purchasing.landed_line", "purchasing.landed_receipt"):
    rights.follows(part, "landed_cost_id", "purchasing.landed_cost")
rights.follows("purchasing.landed_share", "landed_line_id", "purchasing.landed_line")
rights.follows("purchasing.supplier_part", "partner_id", "partner")
rights.follows("purchasing.supplier_price", "partner_id", "partner")

rights.permission("purchasing.read", _l("See purchase orders and suppliers' prices"))
rights.permission("purchasing.write", _l("Write requests and suppliers' terms"))
rights.permission("purchasing.confirm", _l("Confirm and change purchase orders"))
rights.permission("purchasing.approve", _l("Approve purchase orders over the limit"))
rights.permission("purchasing.receive", _l("Receive goods of purchase orders, inspect and return them"))
rights.permission("purchasing.send", _l("Send requests and purchase orders by mail"))
