"""The bills that clear accrued landed cost.

Each line of a landed cost is cleared by one line of a bill, whole: 90.00 EUR were accrued at 1.10, 99.00
dollars. The bill asks 95.00 EUR at 1.12: 99.00 go off accrued landed cost, the 5.00 EUR more to price
differences, 5.60; the forwarder gets 106.40, and the 1.80 between are an exchange difference. A bill that is
taken back opens the line again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.bills import Debit
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import BillDraft, BillLineDraft
from addons.purchasing.services.errors import PurchasingError
from core import m
from core.db import AnySession, round_to, smallest_unit
from core.i18n import _
from core.security.audit import record

#: Lines of posted documents that no bill has cleared, and no draft is about to.
_OPEN = text("""
    SELECT l.id, l.amount, c.company_id, c.partner_id, c.currency_code, c.id AS landed_cost_id,
           coalesce(nullif(l.description, ''), nullif(c.reference, ''), c.number) AS description
      FROM purchasing_landed_line l JOIN purchasing_landed_cost c ON c.id = l.landed_cost_id
     WHERE c.id = ANY(:ids) AND c.state = 'posted' AND NOT l.billed
       AND NOT EXISTS (SELECT 1 FROM accounting_bill_line x JOIN accounting_bill b ON b.id = x.bill_id
                        WHERE x.landed_line_id = l.id AND b.state = 'draft')
     ORDER BY c.id, l.position
""")
_CLEARED = text("""
    SELECT l.landed_cost_id, min(b.number) AS number FROM purchasing_landed_line l
      JOIN accounting_bill_line x ON x.landed_line_id = l.id JOIN accounting_bill b ON b.id = x.bill_id
     WHERE l.landed_cost_id = ANY(:ids) AND b.state = 'posted' AND NOT b.taken_back GROUP BY 1
""")
#: Lines of bills that are about to be posted, with what they clear.
_NAMED = text("""
    SELECT x.id, x.net, x.bill_id, x.position, b.partner_id, b.company_id, b.currency_code, b.exchange_rate,
           b.kind, l.id AS landed_line_id, l.amount, l.value, l.billed, c.number, c.state,
           c.partner_id AS asks, c.company_id AS asks_company, c.currency_code AS accrued_in
      FROM accounting_bill b JOIN accounting_bill_line x ON x.bill_id = b.id
      JOIN purchasing_landed_line l ON l.id = x.landed_line_id
      JOIN purchasing_landed_cost c ON c.id = l.landed_cost_id
     WHERE b.id = ANY(:ids) AND b.reverses_id IS NULL ORDER BY l.id, x.id FOR UPDATE OF l
""")
_CLEAR = text("UPDATE purchasing_landed_line SET billed = true WHERE id = ANY(:ids)")
_REOPEN = text("""
    UPDATE purchasing_landed_line l SET billed = false
      FROM accounting_bill_line x WHERE x.landed_line_id = l.id AND x.bill_id = ANY(:ids)
""")


@dataclass
class ClearingLine(BillLineDraft):
    """A line of a bill that clears a line of a landed cost."""

    landed_line_id: int | None = None


def bill(session: AnySession, rows: Sequence[Any], reference: str, on: date) -> list[int]:
    """A draft for each partner and currency of what is accrued; raises PurchasingError."""
    lines = session.execute(_OPEN, {"ids": [row.id for row in rows]}).all()
    known = {line.landed_cost_id for line in lines}
    PurchasingError.refuse({row.id: _nothing(row) for row in rows if row.id not in known})
    groups: dict[tuple[int, int, str], list[Any]] = {}
    for line in lines:
        groups.setdefault((line.company_id, line.partner_id, line.currency_code), []).append(line)
    drafts = [
        BillDraft(company, partner, on, currency, reference, [_line(line) for line in group])
        for (company, partner, currency), group in groups.items()
    ]
    made: list[int] = m.AccountingBill.create(session, drafts)
    record(session, "bill", "purchasing.landed_cost", sorted(known))
    return made


def _nothing(row: Any) -> str:
    if row.state != "posted":
        return _("Only a posted landed cost is billed.")
    return _("%(number)s is billed already, or the draft of its bill is written.", number=row.number)


def _line(row: Any) -> ClearingLine:
    line = ClearingLine(None, row.description, Decimal(1), row.amount)
    line.landed_line_id = row.id
    return line


def cleared_by(session: AnySession, costs: Sequence[int]) -> Mapping[int, str]:
    """The bill that has cleared something of a landed cost, by the cost's id."""
    return {row.landed_cost_id: row.number for row in session.execute(_CLEARED, {"ids": list(costs)})}


def clear(session: AnySession, bills: Sequence[int]) -> None:
    """Mark what bills that are about to be posted clear; raises PurchasingError."""
    rows = session.execute(_NAMED, {"ids": list(bills)}).all()
    seen: set[int] = set()
    for row in rows:
        if problem := _why_not(row, row.landed_line_id in seen):
            PurchasingError.refuse({row.bill_id: problem})
        seen.add(row.landed_line_id)
    if rows:
        session.execute(_CLEAR, {"ids": list(seen)})
        _forget(session)


def _why_not(row: Any, is_twice: bool) -> str:
    if row.kind != "bill":
        return _("A landed cost is cleared by a bill: credit it by a line of its own.")
    if (row.partner_id, row.company_id) != (row.asks, row.asks_company):
        return _(
            "%(number)s is somebody else's to bill: line %(line)s.", number=row.number, line=row.position
        )
    if row.state != "posted" or row.billed or is_twice:
        return _(
            "%(number)s is not accrued, or billed already: line %(line)s.",
            number=row.number,
            line=row.position,
        )
    return ""


def reopen(session: AnySession, bills: Sequence[int]) -> None:
    """Open what bills had cleared that are taken back."""
    session.execute(_REOPEN, {"ids": list(bills)})
    _forget(session)


def _forget(session: AnySession) -> None:
    kinds: tuple[Any, ...] = (m.PurchasingLandedCost, m.PurchasingLandedLine)
    for held in [x for x in session.identity_map.values() if isinstance(x, kinds)]:
        session.expire(held)


def debits_of(session: AnySession, bills: Sequence[Any]) -> dict[int, list[Debit]]:
    """What lines that clear landed cost are debited to, by the line's id."""
    rows = session.execute(_NAMED, {"ids": [bill.id for bill in bills]}).all()
    books = {company: books_of(session, company) for company in {row.company_id for row in rows}}
    return {row.id: list(_debits(books[row.company_id], row)) for row in rows}


def _debits(books: Books, row: Any) -> Iterator[Debit]:
    accrued = row.amount
    if row.currency_code != row.accrued_in:
        accrued = round_to(row.value / row.exchange_rate, smallest_unit(row.currency_code))
    yield Debit(books.account("accrued_landed_cost"), accrued, row.value, row.partner_id)
    if row.net != accrued:
        yield Debit(books.account("price_difference"), row.net - accrued)
