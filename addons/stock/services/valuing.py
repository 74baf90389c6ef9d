"""Value moves that are done, and write what they are worth to the ledger: one entry a transfer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books
from addons.accounting.services.ledger import Amount, EntryDraft, write_entries
from addons.stock.services.costs import Layer, Stock, Take, Went
from addons.stock.services.errors import StockError
from addons.stock.services.locks import locked_worth
from addons.stock.services.places import OURS
from core import m
from core.db import AnySession, reserve_ids, round_to, smallest_unit
from core.i18n import _

#: What stands against inventory, and what a value row is called, by the place outside.
_AGAINST = {"supplier": "goods_received", "customer": "goods_shipped", "loss": "inventory_difference"}
_ZERO = Decimal(0)
#: The layers that the issues of each part may need: until enough is left, and those that are returned. What a
#: layer costs is the sum of its move's rows: its cost may have been changed since.
_LAYERS = text("""
    SELECT q.product_id, q.id, q.move_id, q.quantity, q.taken,
           (SELECT sum(amount) FROM stock_value WHERE move_id = q.move_id) AS amount
      FROM (SELECT v.*, sum(v.quantity - v.taken) OVER (PARTITION BY v.product_id ORDER BY v.date, v.id)
                        - (v.quantity - v.taken) AS before
              FROM stock_value v WHERE v.product_id = ANY(:products) AND v.taken < v.quantity) q
      JOIN unnest(CAST(:products AS bigint[]), CAST(:needs AS numeric[])) AS n (product_id, need)
        ON n.product_id = q.product_id
     WHERE q.before < n.need OR q.move_id = ANY(:returned)
     ORDER BY q.product_id, q.date, q.id
""")
#: What moves were worth when they went, with what was changed since; and how much of each came back.
_WENT = text("""
    SELECT w.id, v.quantity, v.amount, v.landed, coalesce(b.quantity, 0) AS back
      FROM unnest(CAST(:ids AS bigint[])) AS w (id)
      JOIN LATERAL (SELECT sum(quantity) AS quantity, sum(amount) AS amount,
                           coalesce(sum(amount) FILTER (WHERE kind = 'landed_cost'), 0) AS landed
                      FROM stock_value WHERE move_id = w.id) v ON v.quantity <> 0
      LEFT JOIN LATERAL (SELECT sum(abs(x.quantity)) AS quantity FROM stock_move r
                           JOIN stock_value x ON x.move_id = r.id WHERE r.returns_id = w.id) b ON true
""")


@dataclass
class Valuation:
    """Value rows to be, with the takes from layers, and what each transfer's entry consists of."""

    #: Each with its transfer.
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    takes: list[dict[str, Any]] = field(default_factory=list)
    #: By transfer, and then by purpose of the account.
    amounts: dict[int, dict[str, Decimal]] = field(default_factory=dict)

    def book(self, transfer_id: int, **amounts: Decimal) -> None:
        """Add debits (positive) and credits to the entry of a transfer."""
        sums = self.amounts.setdefault(transfer_id, {})
        for purpose, amount in amounts.items():
            sums[purpose] = sums.get(purpose, _ZERO) + amount


def value(
    session: AnySession, books: Books, transfers: Mapping[int, Any], moves: Sequence[Any], on: date
) -> dict[int, int]:
    """Value what these moves did, in their order; returns the entries, by transfer. Raises StockError."""
    valued = [move for move in moves if (move.from_kind in OURS) != (move.to_kind in OURS)]
    if not valued:
        return {}
    stocks = _stocks(session, valued)
    went = _went(session, valued)
    method = session.scalar(text("SELECT cost_method FROM company WHERE id = :id"), {"id": books.company_id})
    work = Work(stocks, went, smallest_unit(books.currency), method == "fifo", on)
    ids = reserve_ids(session, m.StockValue.__table__, len(valued))
    found = Valuation()
    for value_id, move in zip(ids, valued, strict=True):
        work.value(value_id, move, found)
    entries = _entries(session, books, transfers, found, on)
    rows = ({**row, "entry_id": entries.get(transfer_id)} for transfer_id, row in found.rows)
    m.StockValue._bulk(session, rows)
    m.StockLayerTake._bulk(session, found.takes)
    return entries


def _stocks(session: AnySession, moves: Sequence[Any]) -> dict[int, Stock]:
    """The parts as they are, locked."""
    worth = locked_worth(session, [move.product_id for move in moves])
    stocks = {product: Stock(row.quantity, row.amount) for product, row in worth.items()}
    needs: dict[int, Decimal] = {}
    for move in moves:
        if move.from_kind in OURS:
            needs[move.product_id] = needs.get(move.product_id, _ZERO) + move.done
    returned = [move.returns_id for move in moves if move.returns_id is not None]
    values = {"products": list(needs), "needs": list(needs.values()), "returned": returned}
    for row in session.execute(_LAYERS, values) if needs else ():
        layer = Layer(row.id, row.move_id, row.quantity, row.amount, row.taken)
        stocks[row.product_id].layers.append(layer)
    return stocks


def _went(session: AnySession, moves: Sequence[Any]) -> dict[int, Went]:
    ids = sorted({move.returns_id for move in moves if move.returns_id is not None})
    rows = session.execute(_WENT, {"ids": ids}) if ids else ()
    return {row.id: Went(abs(row.quantity), abs(row.amount), row.back, row.landed) for row in rows}


@dataclass
class Work:
    """What the moves of a set are valued with."""

    stocks: Mapping[int, Stock]
    went: Mapping[int, Went]
    unit: Decimal
    is_fifo: bool
    on: date

    def value(self, value_id: int, move: Any, found: Valuation) -> None:
        """Value one move."""
        outside = move.from_kind if move.to_kind in OURS else move.to_kind
        if move.to_kind in OURS:
            cost = self._receive(value_id, move)
            quantity, amount, against = move.done, cost, -cost
        else:
            cost = self._issue(value_id, move, found)
            quantity, amount = -move.done, -cost
            against = (
                self.went[move.returns_id].owed_for(move.done, self.unit) if self._comes_back(move) else cost
            )
        kind = "count" if outside == "loss" else "receipt" if quantity > 0 else "issue"
        row = {
            "id": value_id,
            "company_id": move.company_id,
            "move_id": move.id,
            "product_id": move.product_id,
            "date": self.on,
            "kind": kind,
            "quantity": quantity,
            "amount": amount,
        }
        found.rows.append((move.transfer_id, row))
        # A return to a supplier takes back what it asked for them, which may not be what they are worth here.
        found.book(move.transfer_id, inventory=amount)
        found.book(move.transfer_id, **{_AGAINST[outside]: against})
        found.book(move.transfer_id, inventory_difference=-(amount + against))

    def _comes_back(self, move: Any) -> bool:
        return move.returns_id is not None and move.returns_id in self.went

    def _receive(self, value_id: int, move: Any) -> Decimal:
        stock = self.stocks[move.product_id]
        if self._comes_back(move):
            cost = self.went[move.returns_id].cost_of(move.done, self.unit)
        else:
            cost = round_to(self._cost_of_one(move, stock) * move.done, self.unit)
        stock.receive(Layer(value_id, move.id, move.done, cost))
        return cost

    def _cost_of_one(self, move: Any, stock: Stock) -> Decimal:
        """What was said; of what is found in a count what the part is worth; else what the part costs."""
        found: Decimal | None = move.unit_cost
        if found is None and move.from_kind == "loss" and stock.quantity > 0:
            found = stock.amount / stock.quantity
        if found is None:
            found = move.cost
        if found is None:
            raise StockError(_("%(code)s has no cost: give one on the line, or on the part.", code=move.code))
        return found

    def _issue(self, value_id: int, move: Any, found: Valuation) -> Decimal:
        stock = self.stocks[move.product_id]
        if not self.is_fifo:
            return stock.issue_average(move.done, self.unit)
        takes = stock.issue_fifo(move.done, self.unit, move.returns_id)
        found.takes += [_take_row(value_id, take) for take in takes]
        return sum((take.amount for take in takes), _ZERO)


def _take_row(value_id: int, take: Take) -> dict[str, Any]:
    return {
        "layer_id": take.layer_id,
        "issue_id": value_id,
        "quantity": take.quantity,
        "amount": take.amount,
    }


def _entries(
    session: AnySession, books: Books, transfers: Mapping[int, Any], found: Valuation, on: date
) -> dict[int, int]:
    """Write an entry for each transfer that changed the value of something."""
    drafts = {}
    for transfer_id, sums in found.amounts.items():
        if any(sums.values()):
            drafts[transfer_id] = _entry(books, transfers[transfer_id], sums, on)
    write_entries(session, books, list(drafts.values()))
    return {transfer_id: draft.id for transfer_id, draft in drafts.items()}


def _entry(books: Books, transfer: Any, sums: Mapping[str, Decimal], on: date) -> EntryDraft:
    others = {purpose: amount for purpose, amount in sums.items() if purpose != "inventory" and amount}
    return EntryDraft(
        journal="general",
        date=on,
        currency=books.currency,
        exchange_rate=Decimal(1),
        narration=transfer.number,
        counterpart=Amount(books.account("inventory"), sums["inventory"]),
        amounts=[
            Amount(books.account(purpose), amount, transfer.partner_id) for purpose, amount in others.items()
        ],
    )
