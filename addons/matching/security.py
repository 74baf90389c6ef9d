"""The columns of lists are nobody's to look at: whoever reads a list goes by its owner's permission."""

from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
rights.model("matching.mapping", read=NEVER, write=NEVER)
