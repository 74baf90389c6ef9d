from core.security.rights import Rights

rights = Rights()
rights.model("specimen.club", read="partners.read", write="partners.write", delete="partners.write")
