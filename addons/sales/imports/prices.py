"""Prices of customers' lists that can hardly be meant.

Problem: a list says 2.40 for a thousand pieces, or in another currency, where we ask 0.0024 for one; a
quotation over a thousand times its worth goes out. Rule: a price that is more than five times ours, or less
than a fifth of it, is reported with ours beside it, and its row is left out; whoever means it says so by the
option of the import. Where we have no price there is nothing to compare. Example: ours 0.0024, theirs 2.40 →
reported; theirs 0.0030 → taken.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from addons.stock.services.orders.prices import Asked
from core import m
from core.clock import today
from core.exchange.targets import Document, Row, TargetOption
from core.i18n import _, _l, format_unit_price

MOST = 5

CHECKED = TargetOption(
    "prices",
    _l("Prices far from ours"),
    default="report",
    choices={"report": _l("leave out and report"), "take": _l("take like any other")},
    help=_l("More than five times our price for the customer, or less than a fifth of it."),
)

#: A document's customer, and the part that a row of it names; None where it names none.
Wanted = tuple[Document, int, Mapping[int, int]]


def report_strange(session: Any, wanted: Sequence[Wanted], options: Mapping[str, Any]) -> None:
    """Report the rows of documents whose price is far from ours; parts are given by the number of the row."""
    if options.get(CHECKED.name) == "take":
        return
    currencies = _currencies(session, {partner for _document, partner, _parts in wanted})
    rows = [
        (row, _asked(document, row, partner, parts[row.number], currencies))
        for document, partner, parts in wanted
        for row in document.rows
        if row.number in parts and (row.values["unit_price"] or Decimal(-1)) >= 0
    ]
    prices = m.SalesOrder.price_lines(session, [asked for _row, asked in rows]) if rows else []
    for (row, asked), ours in zip(rows, prices, strict=True):
        if ours.unit_price and not _is_near(row.values["unit_price"], ours.unit_price):
            row.report(_why(ours.unit_price, asked.currency), "unit_price")


def _currencies(session: Any, partners: set[int]) -> dict[int, str]:
    partner, company = m.Partner, m.Company
    query = select(partner.id, func.coalesce(partner.currency_code, company.currency_code))
    query = query.join(company, company.id == partner.company_id).where(partner.id.in_(partners))
    return dict(session.execute(query).all())


def _asked(document: Document, row: Row, partner: int, part: int, currencies: Mapping[int, str]) -> Asked:
    values = document.rows[0].values
    currency = values["currency"] or currencies[partner]
    return Asked(partner, part, row.values["quantity"], currency, values["date"] or today())


def _is_near(theirs: Decimal, ours: Decimal) -> bool:
    return ours <= theirs * MOST and theirs <= ours * MOST


def _why(ours: Decimal, currency: str) -> str:
    return _(
        "Our price is %(price)s %(currency)s: check for how many pieces and in which currency this one is, "
        "or take it by the option of the import.",
        price=format_unit_price(ours, currency),
        currency=currency,
    )
