"""Who may see and change products."""

from core.i18n import _l
from core.security.rights import Rights

rights = Rights()
rights.model("maker", read="products.read", write="products.write", delete="products.write")
rights.model("product", read="products.read", write="products.write")
for detail in ("price_break", "unit", "attribute", "part_number"):
    rights.model(f"product.{detail}", read="products.read", write="products.write", delete="products.write")
rights.field("product", "cost", read="products.cost")
for detail in ("price_break", "unit", "attribute"):
    rights.follows(f"product.{detail}", "product_id", "product")
# Whose customer it is not, does not learn what the customer calls our parts.
rights.follows("product.part_number", "partner_id", "partner")
rights.belongs("product.part_number", "product_id", "product")

rights.permission("products.read", _l("See products and makers"))
rights.permission("products.write", _l("Change products and makers"))
rights.permission("products.cost", _l("See and change costs"))
