"""What a landed cost comes to, for its form: which goods take how much of what, and who has billed it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.purchasing.services.landing import shares_of
from core.db import AnySession

#: What came not longer ago than this is offered as what a cost may be for.
RECENT = timedelta(days=31)
_GOODS = text("""
    SELECT v.id, t.id AS transfer_id, t.number AS receipt, p.code, s.name AS supplier, v.quantity
      FROM stock_move v JOIN stock_transfer t ON t.id = v.transfer_id JOIN product p ON p.id = v.product_id
      LEFT JOIN partner s ON s.id = t.partner_id
     WHERE v.id = ANY(:ids) ORDER BY t.id, v.id
""")
_SHARES = text("""
    SELECT s.landed_line_id AS line_id, s.move_id, s.amount FROM purchasing_landed_share s
      JOIN purchasing_landed_line l ON l.id = s.landed_line_id WHERE l.landed_cost_id = :id ORDER BY s.id
""")
_BILLS = text("""
    SELECT DISTINCT b.id, b.number FROM purchasing_landed_line l
      JOIN accounting_bill_line x ON x.landed_line_id = l.id JOIN accounting_bill b ON b.id = x.bill_id
     WHERE l.landed_cost_id = :id AND NOT b.taken_back AND b.reverses_id IS NULL ORDER BY b.id
""")
_OF_TRANSFER = text("""
    SELECT c.id, c.number FROM purchasing_landed_receipt r
      JOIN purchasing_landed_cost c ON c.id = r.landed_cost_id
     WHERE r.transfer_id = :id AND c.state <> 'reversed' ORDER BY c.id
""")
_WITHOUT = text("""
    SELECT t.id FROM stock_transfer t
     WHERE t.company_id = :company AND t.kind = 'receipt' AND t.state = 'done'
       AND t.date BETWEEN :since AND :until AND t.entry_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM purchasing_landed_receipt r
                         JOIN purchasing_landed_cost c ON c.id = r.landed_cost_id
                        WHERE r.transfer_id = t.id AND c.state <> 'reversed')
     ORDER BY t.date, t.id LIMIT 200
""")

_HEADS = text("""
    SELECT t.id, t.date, s.name AS supplier, t.reference FROM stock_transfer t
      LEFT JOIN partner s ON s.id = t.partner_id WHERE t.id = ANY(:ids)
""")


@dataclass
class Row:
    """A received line with what it takes of each cost, in the order of these."""

    goods: Any
    amounts: list[Decimal]

    @property
    def total(self) -> Decimal:
        """All that it takes."""
        return sum(self.amounts, Decimal(0))


def table_of(session: AnySession, cost: Any) -> list[Row]:
    """What each received line takes, or would take; raises PurchasingError for why it would not."""
    shares = _planned(session, cost) if cost.state == "draft" else _booked(session, cost)
    places = {line.id: place for place, line in enumerate(cost.lines)}
    amounts: dict[int, list[Decimal]] = {}
    for line, move, amount in shares:
        amounts.setdefault(move, [Decimal(0)] * len(places))[places[line]] += amount
    return [Row(goods, amounts[goods.id]) for goods in session.execute(_GOODS, {"ids": list(amounts)})]


def _planned(session: AnySession, cost: Any) -> Iterable[tuple[int, int, Decimal]]:
    return [(share.line_id, share.goods.id, share.amount) for share in shares_of(session, [cost])[cost.id]]


def _booked(session: AnySession, cost: Any) -> Iterable[tuple[int, int, Decimal]]:
    return [(row.line_id, row.move_id, row.amount) for row in session.execute(_SHARES, {"id": cost.id})]


def bills_of(session: AnySession, cost_id: int) -> Sequence[Any]:
    """The bills, also drafts, that clear something of it."""
    return session.execute(_BILLS, {"id": cost_id}).all()


def heads_of(session: AnySession, transfers: Sequence[int]) -> Sequence[Any]:
    """When receipts came, from whom, and by which delivery note."""
    return session.execute(_HEADS, {"ids": list(transfers)}).all()


def costs_of_transfer(session: AnySession, transfer_id: int) -> Sequence[Any]:
    """The landed costs of a receipt."""
    return session.execute(_OF_TRANSFER, {"id": transfer_id}).all()


def without(session: AnySession, company_id: int, until: date) -> list[int]:
    """The receipts of the last weeks up to a day that no landed cost is for."""
    values = {"company": company_id, "since": until - RECENT, "until": until}
    return list(session.scalars(_WITHOUT, values))
