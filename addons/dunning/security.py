"""Who may see what customers are asked for, prepare it, let it out, and say by which steps."""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights

rights = Rights()
rights.model("dunning.step", read="dunning.read", write="dunning.configure", delete="dunning.configure")
rights.model("dunning.hold", read="dunning.read", write="dunning.run", delete="dunning.run")
rights.model("dunning.run", read="dunning.read", write="dunning.run")
rights.model("dunning.letter", read="dunning.read", write="dunning.run")
rights.model("dunning.line", read="dunning.read", write=NEVER)
for model in ("dunning.hold", "dunning.letter", "dunning.line"):
    rights.follows(model, "partner_id", "partner")

rights.permission("dunning.read", _l("See dunning runs and letters"))
rights.permission("dunning.run", _l("Prepare dunning runs and hold them back"))
rights.permission("dunning.send", _l("Release and send dunning letters"))
rights.permission("dunning.configure", _l("Change dunning steps"))
