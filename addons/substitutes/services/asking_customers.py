"""Ask customers whether they take a substitute, and keep what they answer.

The rep asks for one part on one line; the customer opens a link without a log-in and presses a button. What
is agreed holds for this part in place of that one until it is withdrawn; a no goes into the memory of the
customer, with the words that were given. No line changes by an answer: that stays an act of the rep.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from addons.substitutes.services.errors import SubstituteError
from addons.substitutes.services.substituting import wanted_of
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

WRITE = "sales.write"
PURPOSE = "substitute.consent"
#: Days that a customer has.
DAYS = 14


@dataclass(frozen=True)
class Ask:
    """Which part on which line."""

    line_id: int
    substitute_id: int


def ask(session: AnySession, asked: Sequence[Ask]) -> list[Any]:
    """Consents with a link each; raises SubstituteError for what is not offered."""
    acts.require(session, WRITE)
    offered = m.Substitute.candidates(session, wanted_of(session, (one.line_id for one in asked)))
    made = [_consent(session, one, offered.get(one.line_id, ())) for one in asked]
    session.add_all(made)
    session.flush()
    for consent in made:
        consent.link_id = m.Link.make(session, PURPOSE, consent, DAYS, consent.partner.language).id
    session.flush()
    return made


def _consent(session: AnySession, asked: Ask, offered: Sequence[Any]) -> Any:
    line = session.get_one(m.SalesOrderLine, asked.line_id)
    found = next((one for one in offered if one.product_id == asked.substitute_id), None)
    if found is None:
        raise SubstituteError(_("This part is not offered for the line: ask for one that is."))
    return m.SubstituteConsent(
        company_id=line.company_id,
        partner_id=line.order.partner_id,
        product_id=line.original_product_id or line.product_id,
        substitute_id=asked.substitute_id,
        order_id=line.order_id,
        order_line_id=line.id,
        quantity=max(line.open_quantity, Decimal("0.0001")),
        unit_price=found.unit_price,
        currency_code=line.order.currency_code,
        because=found.found.consent,
        user_id=actor_of(session).user_id,
    )


def answer(session: AnySession, consents: Iterable[Any], agreed: bool, by: str, note: str) -> None:
    """Keep answers; raises SubstituteError for what is answered already."""
    acts.require(session, WRITE)
    rows = acts.locked(session, m.SubstituteConsent, consents)
    SubstituteError.refuse({row.id: _answered(row) for row in rows if row.state != "asked"})
    if not by.strip():
        raise SubstituteError(_("Say who answered on the customer's side."))
    for row in rows:
        consent = session.get_one(m.SubstituteConsent, row.id, populate_existing=True)
        consent.state, consent.answered_at = "agreed" if agreed else "refused", datetime.now(UTC)
        consent.answered_by, consent.note = by.strip(), note.strip()
        if not agreed:
            session.add(_no(consent))
    session.flush()
    # One that was answered in another way asks no more.
    m.Link.revoke(session, [row.link_id for row in rows if row.link_id is not None])
    record(session, "agree" if agreed else "refuse", "substitute.consent", [row.id for row in rows])


def _answered(row: Any) -> str:
    if row.state == "withdrawn":
        return _("This question was withdrawn: ask again.")
    return _("%(name)s has answered already.", name=row.answered_by)


def _no(consent: Any) -> Any:
    return m.SubstituteChoice(
        company_id=consent.company_id,
        partner_id=consent.partner_id,
        product_id=consent.product_id,
        substitute_id=consent.substitute_id,
        order_id=consent.order_id,
        order_line_id=consent.order_line_id,
        outcome="refused",
        reason=consent.note or _("refused by %(name)s", name=consent.answered_by),
        quantity=consent.quantity,
        currency_code=consent.currency_code,
    )


def withdraw(session: AnySession, consents: Iterable[Any]) -> None:
    """Let them hold no more; raises SubstituteError for what holds no more already."""
    acts.require(session, WRITE)
    rows = acts.locked(session, m.SubstituteConsent, consents)
    SubstituteError.refuse({row.id: _answered(row) for row in rows if row.state in ("refused", "withdrawn")})
    m.Link.revoke(session, [row.link_id for row in rows if row.link_id is not None])
    for row in rows:
        session.get_one(m.SubstituteConsent, row.id).state = "withdrawn"
    session.flush()
    record(session, "withdraw", "substitute.consent", [row.id for row in rows])
