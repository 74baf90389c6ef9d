"""The score on the form of a customer."""

from typing import Any

from addons.credit_scores.services.scoring import behaviour
from core.clock import today
from core.i18n import _l
from core.screens import Fact, Facts, Screens
from core.security.rights import current_actor

#: Below so many points somebody should look before more is delivered.
LOW = 40
screens = Screens()


def facts(session: Any, partner: Any) -> list[Fact]:
    """The score, and the page that says why."""
    if not current_actor().may("credit_scores.read"):
        return []
    found = behaviour(session, [partner.id], today()).get(partner.id)
    if found is None:
        return []
    tone = "bad" if found.score < LOW else ""
    return [Fact(_l("Credit score"), text=str(found.score), link=f"/credit_scores/{partner.id}", tone=tone)]


screens.extend("partner.form").before("main", Facts("credit_score", read=facts))
