from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
rights.model("notary.call", read="accounting.read", write=NEVER)
