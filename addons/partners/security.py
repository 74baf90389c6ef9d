"""Who may see and change partners."""

from core.security.rights import Rights

rights = Rights()
rights.model("partner", read="partners.read", write="partners.write")
rights.model("partner.contact", read="partners.read", write="partners.write", delete="partners.write")
