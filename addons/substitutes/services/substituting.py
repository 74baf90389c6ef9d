"""A rep puts a substitute on a line, takes it back, or keeps that the customer did not want one.

Rule: nothing but these acts changes the part of a line. A part is taken from what is offered for the line at
that moment, so that what the customer never takes can't be slipped in. The line keeps which part was ordered;
its substitution keeps what the line said before, until the goods have gone. What the customer has to agree to
may stand on a quotation, and on an order only once the customer has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from addons.sales.services.replacing import Replacement
from addons.substitutes.services.asking import Candidate, Wanted
from addons.substitutes.services.errors import SubstituteError
from core import m
from core.db import AnySession
from core.i18n import _
from core.sayings import say
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

WRITE = "sales.write"
_LINES = text("""
    SELECT l.id, coalesce(l.original_product_id, l.product_id) AS product_id, l.product_id AS current_id,
           o.partner_id, o.currency_code, o.date, o.state, o.id AS order_id, l.position,
           l.unit_price * (100 - l.discount) / 100 AS unit_price, l.delivered,
           l.quantity - l.cancelled - l.delivered AS quantity
      FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id
     WHERE l.id = ANY(:ids) AND l.product_id IS NOT NULL ORDER BY o.id, l.position
""")
#: A part of the quantity that was asked about may be below a break: the price stays what the customer read.
_AGREED_PRICES = text("""
    SELECT DISTINCT ON (l.id, c.substitute_id) l.id AS line_id, c.substitute_id, c.unit_price
      FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id
      JOIN substitute_consent c ON c.order_id = l.order_id AND c.state = 'agreed'
       AND c.product_id = coalesce(l.original_product_id, l.product_id)
       AND c.currency_code = o.currency_code AND c.unit_price IS NOT NULL
     WHERE l.id = ANY(:ids) ORDER BY l.id, c.substitute_id, c.answered_at DESC, c.id DESC
""")


@dataclass(frozen=True)
class Acceptance:
    """A substitute for a line, for so many pieces of it, or for all that are open."""

    line_id: int
    substitute_id: int
    quantity: Decimal | None = None
    #: None for what the customer agreed to on this order, else for what the part costs this customer.
    unit_price: Decimal | None = None


@dataclass(frozen=True)
class Refusal:
    """The customer does not want a substitute, or any of those that are offered; for a reason."""

    line_id: int
    reason: str
    substitute_id: int | None = None


def wanted_of(session: AnySession, lines: Iterable[int]) -> list[Wanted]:
    """What these lines of orders want, as candidates are asked for; what is delivered wants nothing."""
    rows = session.execute(_LINES, {"ids": sorted(set(lines))})
    return [
        Wanted(
            row.id, row.partner_id, row.product_id, row.quantity, row.currency_code, row.date, row.unit_price
        )
        for row in rows
        if row.quantity > 0
    ]


def substitute(session: AnySession, wanted: Sequence[Acceptance]) -> Mapping[int, Any]:
    """Put substitutes on lines; returns the lines that have them, by the id of the line that was named."""
    acts.require(session, WRITE)
    asked = wanted_of(session, (one.line_id for one in wanted))
    of = {line.key: line for line in asked}
    offered = m.Substitute.candidates(session, asked)
    chosen = {one.line_id: _chosen(one, offered.get(one.line_id, ())) for one in wanted}
    before = {one.line_id: _before(session, one.line_id) for one in wanted}
    _refuse_unasked(session, of, chosen, before)
    prices = agreed_prices(session, [one.line_id for one in wanted])
    replacements = [_replacement(one, prices.get((one.line_id, one.substitute_id))) for one in wanted]
    made: Mapping[int, Any] = m.SalesOrder.replace_parts(session, replacements)
    for one in wanted:
        line = made[one.line_id]
        line.original_product_id = of[one.line_id].product_id
        session.add(_choice(session, line, before[one.line_id], chosen[one.line_id].found.consent))
    session.flush()
    record(session, "substitute", "sales.order", sorted({line.order_id for line in made.values()}))
    return made


def _chosen(wanted: Acceptance | Refusal, offered: Sequence[Candidate]) -> Candidate:
    for candidate in offered:
        if candidate.product_id == wanted.substitute_id:
            return candidate
    raise SubstituteError(
        _("This part is not offered for the line: the customer refuses it, or nobody proposes it.")
    )


def _before(session: AnySession, line_id: int) -> dict[str, Any]:
    """What the line says now."""
    line = session.get_one(m.SalesOrderLine, line_id, populate_existing=True)
    return {
        "order": line.order,
        "original_price": line.unit_price,
        "original_price_origin": line.price_origin,
        "original_discount": line.discount,
    }


def _refuse_unasked(
    session: AnySession,
    lines: Mapping[Any, Wanted],
    chosen: Mapping[int, Candidate],
    before: Mapping[int, Mapping[str, Any]],
) -> None:
    """On an order that is agreed nothing stands that the customer has yet to agree to."""
    asking = {i: c for i, c in chosen.items() if c.found.consent and before[i]["order"].state != "quotation"}
    agreed = m.SubstituteChoice.agreed(
        session, [(lines[i].partner_id, lines[i].product_id, c.product_id) for i, c in asking.items()]
    )
    SubstituteError.refuse(
        {
            i: _("%(code)s waits for the customer: %(why)s.", code=c.code, why=c.found.consent)
            for i, c in asking.items()
            if (lines[i].partner_id, lines[i].product_id, c.product_id) not in agreed
        }
    )


def agreed_prices(session: AnySession, lines: Iterable[int]) -> dict[tuple[int, int], Decimal]:
    """What the customer agreed to pay on this very order, by line and substitute."""
    rows = session.execute(_AGREED_PRICES, {"ids": list(lines)})
    return {(row.line_id, row.substitute_id): row.unit_price for row in rows}


def _replacement(one: Acceptance, agreed: Decimal | None) -> Replacement:
    taken = Replacement(one.line_id, one.substitute_id, one.quantity, one.unit_price, reason=_("Substitute"))
    if one.unit_price is not None or agreed is None:
        return taken
    return replace(taken, unit_price=agreed, price_origin=say("agreed with the customer"))


def _choice(session: AnySession, line: Any, before: Mapping[str, Any], consent: str) -> Any:
    values = {name: value for name, value in before.items() if name != "order"}
    return m.SubstituteChoice(
        company_id=line.company_id,
        partner_id=before["order"].partner_id,
        product_id=line.original_product_id,
        substitute_id=line.product_id,
        order_id=line.order_id,
        order_line_id=line.id,
        outcome="accepted",
        quantity=line.quantity,
        currency_code=before["order"].currency_code,
        unit_price=line.unit_price,
        consent_because=consent,
        user_id=actor_of(session).user_id,
        **values,
    )


def _with_parts(session: AnySession, lines: Sequence[int]) -> dict[int, Any]:
    """What the lines want, by their ids; raises SubstituteError for one that is words alone."""
    rows = {row.id: row for row in session.execute(_LINES, {"ids": list(lines)})}
    if set(lines) - rows.keys():
        raise SubstituteError(_("Nothing can stand in for a line without a part."))
    return rows


def take_back(session: AnySession, lines: Iterable[Any]) -> None:
    """Put the part that was ordered on these lines again; raises SubstituteError once goods have gone."""
    acts.require(session, WRITE)
    rows = _with_parts(session, acts.ids_of(session, lines))
    choices = _standing(session, rows)
    SubstituteError.refuse({i: why for i, row in rows.items() if (why := _fixed(row, choices.get(i)))})
    back = [
        Replacement(
            i,
            choice.product_id,
            unit_price=choice.original_price,
            price_origin=choice.original_price_origin,
            discount=choice.original_discount,
            reason=_("Substitute taken back"),
        )
        for i, choice in choices.items()
    ]
    m.SalesOrder.replace_parts(session, back)
    for choice in choices.values():
        choice.outcome = "taken_back"
    session.flush()
    record(session, "take_substitute_back", "sales.order", sorted({row.order_id for row in rows.values()}))


def _standing(session: AnySession, lines: Iterable[int]) -> dict[int, Any]:
    """The first substitution of each line that stands: it knows what was ordered; later ones go with it."""
    choice = m.SubstituteChoice
    query = select(choice).where(choice.order_line_id.in_(list(lines)), choice.outcome == "accepted")
    found: dict[Any, Any] = {}
    for one in session.scalars(query.order_by(choice.id)):
        if found.setdefault(one.order_line_id, one) is not one:
            one.outcome = "taken_back"
    return found


def _fixed(row: Any, choice: Any) -> str:
    if choice is None:
        return _("Line %(position)s has the part that was ordered.", position=row.position)
    if row.delivered:
        return _("Line %(position)s is delivered: take the goods back first.", position=row.position)
    return ""


def decline(session: AnySession, refusals: Sequence[Refusal]) -> None:
    """Keep that customers did not want what was offered; the lines stay as they are."""
    acts.require(session, WRITE)
    rows = _with_parts(session, [one.line_id for one in refusals])
    offered = m.Substitute.candidates(session, wanted_of(session, rows))
    for one in refusals:
        if not one.reason.strip():
            raise SubstituteError(
                _("Say why the customer does not want it: it is offered last from then on.")
            )
        if one.substitute_id is not None:
            _chosen(one, offered.get(one.line_id, ()))
        session.add(_refused(session, rows[one.line_id], one))
    session.flush()
    record(session, "decline_substitutes", "sales.order", sorted({row.order_id for row in rows.values()}))


def _refused(session: AnySession, row: Any, refusal: Refusal) -> Any:
    order = session.get_one(m.SalesOrder, row.order_id)
    return m.SubstituteChoice(
        company_id=order.company_id,
        partner_id=row.partner_id,
        product_id=row.product_id,
        substitute_id=refusal.substitute_id,
        order_id=row.order_id,
        order_line_id=row.id,
        outcome="refused",
        reason=refusal.reason.strip(),
        quantity=max(row.quantity, Decimal("0.0001")),
        currency_code=row.currency_code,
        user_id=actor_of(session).user_id,
    )
