"""Who may see, plan and do what with goods.

Stock is one: whoever may see it sees all of it, since every figure leads to the moves behind it. What goods
cost is seen by those who may see costs.
"""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
for place in ("stock.warehouse", "stock.location"):
    rights.model(place, read="stock.read", write="stock.configure")
rights.model("stock.lot", read="stock.read", write="stock.write")
rights.model("stock.transfer", read="stock.read", write="stock.write")
rights.model("stock.move", read="stock.read", write="stock.write", delete="stock.write")
rights.model("stock.balance", read="stock.read", write=NEVER)
rights.model("stock.count", read="stock.read", write="stock.do")
rights.model("stock.count_line", read="stock.read", write="stock.do", delete="stock.do")
for worth in ("stock.value", "stock.layer_take", "stock.worth"):
    rights.model(worth, read="products.cost", write=NEVER)
rights.belongs("stock.layer_take", "issue_id", "stock.value")
rights.field("stock.move", "unit_cost", read="products.cost")

rights.permission("stock.read", _l("See stock and its moves"))
rights.permission("stock.write", _l("Plan transfers and reserve goods"))
rights.permission("stock.do", _l("Do transfers, count and scrap goods"))
rights.permission("stock.revalue", _l("Change what received goods cost"))
rights.permission("stock.configure", _l("Change warehouses and locations"))
