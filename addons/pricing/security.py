"""Who may see and write prices, let receipts follow them, and agree to what goes beyond the tolerance.

Lists and runs follow the rule of their supplier or customer.
"""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
for priced in ("pricing.price_list", "pricing.price", "pricing.list_fault"):
    rights.model(priced, read="pricing.read", write="pricing.write", delete="pricing.write")
for run in ("pricing.run", "pricing.run_supplier", "pricing.run_part"):
    rights.model(run, read="pricing.read_runs", write="pricing.reprice")
rights.model("pricing.run_line", read="pricing.read_runs", write="pricing.reprice")
for claim in ("pricing.claim", "pricing.claim_line"):
    rights.model(claim, read="pricing.read_runs", write=NEVER)
rights.field("pricing.price", "margin", read="products.cost")
rights.field("stock.move", "ordered_price", read="purchasing.read")
rights.field("stock.move", "price_origin", read="purchasing.read")
rights.follows("pricing.run_line", "partner_id", "partner")
rights.follows("pricing.claim", "partner_id", "partner")

rights.permission("pricing.read", _l("See price lists"))
rights.permission("pricing.write", _l("Write price lists"))
rights.permission("pricing.read_runs", _l("See repricing runs and claims on suppliers"))
rights.permission("pricing.reprice", _l("Reprice received goods, and take that back"))
rights.permission("pricing.approve", _l("Approve repricing beyond the tolerance"))
