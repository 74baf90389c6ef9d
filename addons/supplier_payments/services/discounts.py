"""What is kept of a bill for paying early, as the credit note that will book it.

Problem: a bill of 1,000.00 and 19 % tax is paid within 14 days at 2 % less: 23.80 are kept, of which 3.80
are input tax that was booked too much. Rule: a credit note with a line a tax of the bill, 2 % of its net,
computed like any other; what it comes to is what is kept, so that the bill is settled to the cent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.drafts import BillDraft, BillLineDraft
from core import m
from core.db import AnySession, round_money
from core.i18n import _

#: The nets of bills by their taxes.
_NETS = text("""
    SELECT b.id, b.company_id, b.partner_id, b.number, b.currency_code, l.tax_id, sum(l.net) AS net
      FROM accounting_bill b JOIN accounting_bill_line l ON l.bill_id = b.id
     WHERE b.id = ANY(:ids) GROUP BY b.id, l.tax_id HAVING sum(l.net) <> 0 ORDER BY b.id, l.tax_id
""")


@dataclass(frozen=True)
class Discount:
    """What is kept of a bill, and the draft that books it."""

    bill_id: int
    draft: BillDraft

    @property
    def total(self) -> Decimal:
        """With tax."""
        return self.draft.total


def discounts_of(session: AnySession, percents: Mapping[int, Decimal], on: date) -> list[Discount]:
    """Bill → percent; the credit notes of that day, computed and not written."""
    rows = session.execute(_NETS, {"ids": list(percents)}).all() if percents else []
    by_bill: dict[int, list[Any]] = {}
    for row in rows:
        by_bill.setdefault(row.id, []).append(row)
    found = [Discount(bill, _draft(own, percents[bill], on)) for bill, own in by_bill.items()]
    m.AccountingBill.compute(session, [one.draft for one in found])
    return found


def _draft(rows: Sequence[Any], percent: Decimal, on: date) -> BillDraft:
    of = rows[0]
    lines = list(_lines(rows, percent))
    # Their numbers have to be unique a supplier: ours of the bill is.
    reference = _("Discount %(number)s", number=of.number)
    return BillDraft(of.company_id, of.partner_id, on, of.currency_code, reference, lines, "credit_note")


def _lines(rows: Sequence[Any], percent: Decimal) -> Iterator[BillLineDraft]:
    words = _("Discount for early payment of %(number)s", number=rows[0].number)
    for row in rows:
        net = round_money(row.net * percent / 100, row.currency_code)
        if net:
            yield BillLineDraft(None, words, Decimal(1), net, row.tax_id)
