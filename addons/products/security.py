"""Who may see and change products."""

from core.security.rights import Rights

rights = Rights()
rights.model("maker", read="products.read", write="products.write", delete="products.write")
rights.model("product", read="products.read", write="products.write")
