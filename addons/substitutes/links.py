"""What a customer reads who is asked for consent, and what the answer does."""

from typing import Any

from core import m
from core.i18n import _, format_number, format_price
from core.links import Answer, Links, Shown

links = Links()


def show(session: Any, consent: Any) -> Shown:
    """Which part, in place of which, how much of it, at which price."""
    part, other = consent.product, consent.substitute
    facts = [
        (_("Ordered part"), _named(part)),
        (_("Substitute"), _named(other)),
        (_("Quantity"), f"{format_number(consent.quantity)} {other.unit}"),
    ]
    if consent.unit_price is not None:
        facts.append((_("Unit price"), format_price(consent.unit_price, consent.currency_code)))
        facts += _ordered_price(consent)
    if consent.order is not None:
        theirs = consent.order.reference
        facts.append((_("Your order"), theirs) if theirs else (_("Our order"), consent.order.number or ""))
    return Shown(
        title=_("May we deliver another part?"),
        sender=consent.company.name,
        facts=facts,
        question=_("The ordered part is short. Do you agree to this substitute?"),
        answers={"agree": _("I agree"), "refuse": _("I do not agree")},
        closed="" if consent.state in ("asked", "agreed", "refused") else _("This question was withdrawn."),
    )


def _ordered_price(consent: Any) -> list[tuple[str, str]]:
    """What the ordered part costs on the order, as long as it stands there."""
    line = consent.order_line
    if line is None or line.product_id != consent.product_id or line.unit_price is None:
        return []
    return [(_("Unit price of the ordered part"), format_price(line.unit_price, line.currency_code))]


def _named(part: Any) -> str:
    maker = part.maker.name if part.maker else ""
    return ", ".join(filter(None, (part.mpn or part.code, maker, part.description)))


def answer(session: Any, consent: Any, given: Answer) -> None:
    """Keep it."""
    m.SubstituteConsent.answer(session, [consent], given.choice == "agree", given.name, given.note)


links.purpose("substitute.consent", show=show, answer=answer)
