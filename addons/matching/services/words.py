"""A match in words: "PO no. + part, qty 100 = 100, price +2.1 %"."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from core.i18n import _, _l, format_number

KIND_WORDS = {
    "matched": _l("Matched"),
    "price": _l("Price differs"),
    "quantity": _l("Quantity differs"),
    "only_ours": _l("Only ours"),
    "only_theirs": _l("Only theirs"),
}
CAUSE_WORDS = {
    "rounding": _l("rounding"),
    "freight": _l("freight"),
    "tax": _l("price with tax"),
    "pack": _l("packs instead of pieces"),
    "returned": _l("returned"),
    "next_period": _l("next period"),
    "earlier_period": _l("earlier period"),
    "duplicate": _l("stated twice"),
}
AGREEMENT_WORDS = {
    "order": _l("PO no."),
    "delivery": _l("delivery note no."),
    "part": _l("part"),
    "similar_part": _l("similar part no."),
    "sum": _l("sum of several lines"),
}


def reason(
    agreements: Iterable[str],
    causes: Iterable[str],
    quantities: tuple[Decimal | None, Decimal | None],
    price_change: Decimal | None,
) -> str:
    """Why lines belong together and what differs, in the language of whoever reads it."""
    return str(_(", ")).join(_pieces(tuple(agreements), tuple(causes), quantities, price_change))


def _pieces(
    agreements: tuple[str, ...],
    causes: tuple[str, ...],
    quantities: tuple[Decimal | None, Decimal | None],
    price_change: Decimal | None,
) -> Iterator[str]:
    if agreements:
        yield " + ".join(str(AGREEMENT_WORDS[one]) for one in agreements)
    ours, theirs = quantities
    if ours is not None and theirs is not None:
        sign = "=" if ours == theirs else "≠"
        yield _(
            "qty %(ours)s %(sign)s %(theirs)s",
            ours=format_number(ours),
            sign=sign,
            theirs=format_number(theirs),
        )
    if price_change is not None:
        yield _price(price_change)
    yield from (str(CAUSE_WORDS[one]) for one in causes)


def _price(change: Decimal) -> str:
    if not change:
        text: str = _("same price")
        return text
    rounded = round(change, 1) or round(change, 3)
    return str(_("price %(change)s %%", change=f"{rounded:+f}"))
