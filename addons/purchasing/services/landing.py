"""Landed cost: freight, duty and insurance become part of what received goods cost.

Problem: a forwarder asks 90.00 EUR for two receipts of different suppliers, when some of the goods are sold
already. Rule: the amount, at the rate of its day, is spread over the received lines by their value, weight
or quantity (see `spreading`). Each costs so much more from then on, wherever its goods are by now: in stock,
on their way to a customer, sold (`StockMove.revalue`); against it stands accrued landed cost. The bill of
the forwarder clears that line by line: what it asks beyond what was accrued is a price difference, what the
rates make of it an exchange difference (see `forwarding`). To take it back, the opposite is written.

Example: 90.00 EUR at 1.10 are 99.00 dollars; by weight, 2 kg and 7 kg, 22.00 and 77.00. Of the first, half is
sold: 11.00 go to cost of goods sold, 11.00 to inventory.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.rates import fill_rates
from addons.accounting.services.window import why_outside
from addons.purchasing.services import forwarding
from addons.purchasing.services.errors import PurchasingError
from addons.purchasing.services.spreading import spread
from addons.stock.services.revaluing import LANDED, REVALUE, CostChange
from core import m
from core.clock import today
from core.db import AnySession, round_to, smallest_unit
from core.i18n import _, format_date
from core.records.sequences import next_numbers
from core.security import acts
from core.security.audit import record

WRITE = "purchasing.write"
_ZERO = Decimal(0)
#: What came on the receipts of these documents, with what it may be spread by.
_GOODS = text("""
    SELECT r.landed_cost_id, t.id AS transfer_id, t.number AS receipt, t.date, v.id, v.quantity, p.code,
           p.weight * v.quantity AS weight, s.amount AS value
      FROM purchasing_landed_receipt r JOIN stock_transfer t ON t.id = r.transfer_id
      JOIN stock_move v ON v.transfer_id = t.id AND v.state = 'done' AND v.returns_id IS NULL
      JOIN stock_location f ON f.id = v.from_id AND f.kind = 'supplier'
      JOIN product p ON p.id = v.product_id
      JOIN LATERAL (SELECT sum(amount) AS amount FROM stock_value
                     WHERE move_id = v.id AND kind <> 'landed_cost') s ON s.amount IS NOT NULL
     WHERE r.landed_cost_id = ANY(:ids) ORDER BY r.landed_cost_id, t.id, v.id
""")
#: Receipts that bring nothing that could cost more, or are another company's.
_EMPTY = text("""
    SELECT r.landed_cost_id, t.number FROM purchasing_landed_receipt r
      JOIN purchasing_landed_cost c ON c.id = r.landed_cost_id JOIN stock_transfer t ON t.id = r.transfer_id
     WHERE r.landed_cost_id = ANY(:ids)
       AND (t.state <> 'done' OR t.company_id <> c.company_id
            OR NOT EXISTS (SELECT 1 FROM stock_move v JOIN stock_value x ON x.move_id = v.id
                             JOIN stock_location f ON f.id = v.from_id AND f.kind = 'supplier'
                            WHERE v.transfer_id = t.id AND v.returns_id IS NULL))
     ORDER BY r.id
""")
_LINES = text("""
    SELECT id, landed_cost_id, amount, spread FROM purchasing_landed_line
     WHERE landed_cost_id = ANY(:ids) ORDER BY landed_cost_id, position
""")
_SHARES = text("""
    SELECT l.landed_cost_id, s.move_id, sum(s.amount) AS amount FROM purchasing_landed_share s
      JOIN purchasing_landed_line l ON l.id = s.landed_line_id
     WHERE l.landed_cost_id = ANY(:ids) GROUP BY 1, 2 ORDER BY 1, 2
""")
_VALUES = text("""
    UPDATE purchasing_landed_line l SET value = w.value
      FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS numeric[])) AS w (id, value) WHERE l.id = w.id
""")
_POSTED = text("""
    UPDATE purchasing_landed_cost SET state = 'posted', number = :number, value = :value WHERE id = :id
""")
_REVERSED = text("""
    UPDATE purchasing_landed_cost SET state = 'reversed', reversed_on = :on WHERE id = ANY(:ids)
""")


@dataclass(frozen=True)
class Share:
    """So much of a line for one received move."""

    line_id: int
    goods: Any
    basis: Decimal
    amount: Decimal


def create(session: AnySession, costs: Sequence[Any]) -> list[int]:
    """Write unsaved records; raises PurchasingError and RateError."""
    acts.require(session, WRITE)
    complete(session, costs)
    session.add_all(costs)
    session.flush()
    return [cost.id for cost in costs]


def complete(session: AnySession, costs: Sequence[Any]) -> None:
    """Set date, rate and total; raises PurchasingError and RateError."""
    with session.no_autoflush:
        books = {i: books_of(session, i) for i in {cost.company_id for cost in costs}}
        for cost in costs:
            _complete(cost, books[cost.company_id])
        fill_rates(session, books, costs)


def _complete(cost: Any, books: Books) -> None:
    cost.date = cost.date or today()
    cost.currency_code = cost.currency_code or books.currency
    if problem := why_outside(books, cost.date):
        raise PurchasingError(problem)
    if any(line.amount is None or line.amount <= 0 for line in cost.lines):
        raise PurchasingError(_("Give each cost an amount above zero; to take one back, reverse it."))
    unit = smallest_unit(cost.currency_code)
    for line in cost.lines:
        line.amount = round_to(line.amount, unit)
    cost.total = sum((line.amount for line in cost.lines), _ZERO)


def post(session: AnySession, costs: Iterable[Any]) -> None:
    """Spread drafts, and let the goods cost more; all of them or none. Raises PurchasingError."""
    acts.require(session, REVALUE)
    session.flush()
    rows = acts.locked(session, m.PurchasingLandedCost, costs)
    PurchasingError.refuse(
        {
            row.id: _("%(number)s is posted already: reverse it to take it back.", number=row.number)
            for row in rows
            if row.state != "draft"
        }
    )
    found = shares_of(session, rows)
    for row in rows:
        _post(session, row, found[row.id])
    record(session, "post", "purchasing.landed_cost", [row.id for row in rows])
    _forget(session, rows)


def _post(session: AnySession, row: Any, shares: Sequence[Share]) -> None:
    books = books_of(session, row.company_id)
    (number,) = next_numbers(session, "purchasing.landed_cost", row.company_id, row.date.year, 1)
    values: dict[int, Decimal] = {}
    for share in shares:
        values[share.line_id] = values.get(share.line_id, _ZERO) + share.amount
    session.execute(_VALUES, {"ids": list(values), "values": list(values.values())})
    m.PurchasingLandedShare._bulk(session, [_row(row, share) for share in shares])
    amounts: dict[int, Decimal] = {}
    for share in shares:
        amounts[share.goods.id] = amounts.get(share.goods.id, _ZERO) + share.amount
    _revalue(session, books, row.date, number, amounts)
    session.execute(_POSTED, {"id": row.id, "number": number, "value": sum(values.values(), _ZERO)})


def _row(row: Any, share: Share) -> dict[str, Any]:
    return {
        "company_id": row.company_id,
        "landed_line_id": share.line_id,
        "move_id": share.goods.id,
        "basis": share.basis,
        "amount": share.amount,
    }


def _revalue(
    session: AnySession, books: Books, on: date, number: str, amounts: Mapping[int, Decimal]
) -> None:
    account = books.account("accrued_landed_cost")
    changes = [CostChange(move, amount, account) for move, amount in amounts.items() if amount]
    m.StockMove.revalue(session, changes, LANDED, on, number)


def shares_of(session: AnySession, costs: Sequence[Any]) -> dict[int, list[Share]]:
    """What of each line is for which goods, by the document's id; raises PurchasingError."""
    ids = [cost.id for cost in costs]
    goods, lines = _by_cost(session, _GOODS, ids), _by_cost(session, _LINES, ids)
    empty = {row.landed_cost_id: row.number for row in session.execute(_EMPTY, {"ids": ids})}
    PurchasingError.refuse(
        {
            cost.id: problem
            for cost in costs
            if (problem := _why_not(cost, goods.get(cost.id, ()), lines.get(cost.id, ()), empty))
        }
    )
    found = {}
    for cost in costs:
        unit = smallest_unit(books_of(session, cost.company_id).currency)
        found[cost.id] = [
            share for line in lines[cost.id] for share in _spread(cost, line, goods[cost.id], unit)
        ]
    return found


def _by_cost(session: AnySession, query: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.execute(query, {"ids": list(ids)}):
        found.setdefault(row.landed_cost_id, []).append(row)
    return found


def _why_not(cost: Any, goods: Sequence[Any], lines: Sequence[Any], empty: Mapping[int, str]) -> str:
    if not lines:
        return _("Say what it costs: add a line with an amount.")
    if cost.id in empty:
        return _("%(number)s is no receipt that was done: choose others.", number=empty[cost.id])
    if not goods:
        return _("Choose at least one receipt whose goods the cost is for.")
    last = max(goods, key=lambda one: one.date)
    if cost.date < last.date:
        return _(
            "%(number)s came on %(day)s: date the cost on that day or later.",
            number=last.receipt,
            day=format_date(last.date),
        )
    return next((why for kind in {line.spread for line in lines} if (why := _no_basis(kind, goods))), "")


def _no_basis(kind: str, goods: Sequence[Any]) -> str:
    if kind == "weight":
        light = list(dict.fromkeys(one.code for one in goods if one.weight is None))
        if light:
            return _(
                "These parts have no weight: %(codes)s. Give them one, or spread by value or quantity.",
                codes=", ".join(light[:10]),
            )
    if not any(getattr(one, kind) for one in goods):
        return _("The goods have cost nothing: spread by weight or quantity.")
    return ""


def _spread(cost: Any, line: Any, goods: Sequence[Any], unit: Decimal) -> list[Share]:
    bases = [getattr(one, line.spread) for one in goods]
    parts = spread(round_to(line.amount * cost.exchange_rate, unit), bases, unit)
    return [Share(line.id, one, basis, part) for one, basis, part in zip(goods, bases, parts, strict=True)]


def reverse(session: AnySession, costs: Iterable[Any], on: date | None) -> None:
    """Write the opposite of what posting wrote; raises PurchasingError."""
    acts.require(session, REVALUE)
    rows = acts.locked(session, m.PurchasingLandedCost, costs)
    cleared = forwarding.cleared_by(session, [row.id for row in rows])
    day = on or today()
    PurchasingError.refuse(
        {row.id: why for row in rows if (why := _why_stays(row, cleared.get(row.id), day))}
    )
    amounts: dict[int, dict[int, Decimal]] = {}
    for share in session.execute(_SHARES, {"ids": [row.id for row in rows]}):
        amounts.setdefault(share.landed_cost_id, {})[share.move_id] = -share.amount
    for row in rows:
        books = books_of(session, row.company_id)
        _revalue(session, books, day, row.number, amounts[row.id])
    ids = [row.id for row in rows]
    session.execute(_REVERSED, {"ids": ids, "on": day})
    record(session, "reverse", "purchasing.landed_cost", ids)
    _forget(session, rows)


def _why_stays(row: Any, bill: str | None, on: date) -> str:
    if row.state != "posted":
        return _("Only a posted landed cost can be reversed.")
    if bill is not None:
        return _("%(bill)s has billed it: take that bill back first.", bill=bill)
    if on < row.date:
        return _(
            "%(number)s is of %(day)s: it can't go back before.", number=row.number, day=format_date(row.date)
        )
    return ""


def bill(session: AnySession, costs: Iterable[Any], reference: str, on: date | None) -> list[int]:
    """Write drafts of bills for what is accrued of posted ones; raises PurchasingError."""
    rows = acts.locked(session, m.PurchasingLandedCost, costs)
    return forwarding.bill(session, rows, reference, on or today())


def _forget(session: AnySession, rows: Sequence[Any]) -> None:
    acts.forget(session, m.PurchasingLandedCost, [row.id for row in rows])
    for held in [x for x in session.identity_map.values() if isinstance(x, m.PurchasingLandedLine)]:
        session.expire(held)
