"""Rights of the shelf."""

from core.security.rights import Rights

rights = Rights()
rights.model("shelf.maker", read="shelf.read", write="shelf.write", delete="shelf.write")
rights.model("shelf.part", read="shelf.read", write="shelf.write", delete="shelf.delete")
rights.field("shelf.part", "cost", read="shelf.cost")
rights.model("shelf.order", read="shelf.read", write="shelf.write")
rights.model("shelf.order_line", read="shelf.read", write="shelf.write")
