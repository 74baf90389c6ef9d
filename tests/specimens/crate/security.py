from core.security.rights import Rights

rights = Rights()
rights.model("crate", read="crate.read", write="crate.write", delete="crate.write")
rights.model("crate.thing", read="crate.read", write="crate.write", delete="crate.write")
