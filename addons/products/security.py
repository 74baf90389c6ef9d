"""Who may see and change products."""

from core.i18n import _l
from core.security.rights import Rights

rights = Rights()
rights.model("maker", read="products.read", write="products.write", delete="products.write")
rights.model("product", read="products.read", write="products.write")
rights.field("product", "cost", read="products.cost")

rights.permission("products.read", _l("See products and makers"))
rights.permission("products.write", _l("Change products and makers"))
rights.permission("products.cost", _l("See and change costs"))
