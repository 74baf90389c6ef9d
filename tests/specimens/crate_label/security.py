from core.security.rights import Rights

rights = Rights()
rights.model("label.colour", read="crate.read", write="crate.write")
