"""Change what receipts cost, after the goods have moved on: by a new price, or by freight and duty.

Each act writes rows of value with no quantity, one for the receipt and one for each move whose cost follows
(see `replay`), dated the day of the act, and one entry: what is still there changes the inventory, what was
shipped and sold the accounts on which its cost stands, what was scrapped the differences, and against them
stands the account that each change names. Nothing posted is touched; the opposite change takes it back.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, write_entries
from addons.accounting.services.window import why_outside
from addons.stock.services.costs import Layer, Went
from addons.stock.services.errors import StockError
from addons.stock.services.locks import locked_worth
from addons.stock.services.places import OURS
from addons.stock.services.replay import Cost, Replay, Step
from core import m
from core.clock import today
from core.db import AnySession, smallest_unit
from core.i18n import _
from core.security import acts
from core.security.audit import record

REVALUE = "stock.revalue"
LANDED = "landed_cost"
_ZERO = Decimal(0)
_RECEIPTS = text("""
    SELECT w.id AS asked, v.id, v.product_id, v.company_id, t.partner_id,
           (SELECT sum(amount) FROM stock_value WHERE move_id = w.id) AS amount,
           (SELECT coalesce(sum(amount), 0) FROM stock_value
             WHERE move_id = w.id AND kind = 'landed_cost') AS landed
      FROM unnest(CAST(:ids AS bigint[])) AS w (id)
      LEFT JOIN (stock_value v JOIN stock_move mv ON mv.id = v.move_id AND mv.returns_id IS NULL
                 JOIN stock_transfer t ON t.id = mv.transfer_id
                 JOIN stock_location f ON f.id = mv.from_id AND f.kind = 'supplier')
             ON v.move_id = w.id AND v.quantity > 0
""")
#: All that moved goods of these parts from their first changed receipt on, with what each move costs by now,
#: and what there is of the part and what it is worth: read at one moment, since who only asks holds no lock.
_STEPS = text("""
    SELECT v.id, v.move_id, v.product_id, v.quantity, e.amount, e.landed, mv.returns_id, f.kind AS from_kind,
           d.kind AS to_kind, mv.unit_cost, t.partner_id, h.quantity AS on_hand, h.amount AS worth
      FROM unnest(CAST(:products AS bigint[]), CAST(:starts AS bigint[])) AS w (product, start)
      JOIN stock_worth h ON h.product_id = w.product
      JOIN stock_value v ON v.product_id = w.product AND v.id >= w.start AND v.quantity <> 0
      JOIN stock_move mv ON mv.id = v.move_id JOIN stock_transfer t ON t.id = mv.transfer_id
      JOIN stock_location f ON f.id = mv.from_id JOIN stock_location d ON d.id = mv.to_id
     CROSS JOIN LATERAL (SELECT sum(amount) AS amount,
                                coalesce(sum(amount) FILTER (WHERE kind = 'landed_cost'), 0) AS landed
                           FROM stock_value WHERE move_id = v.move_id) e
     ORDER BY v.id
""")
_TAKES = text("""
    SELECT issue_id, layer_id, quantity FROM stock_layer_take WHERE issue_id = ANY(:ids) ORDER BY id
""")
#: Layers of before, as far as earlier issues had taken of them.
_LAYERS = text("""
    SELECT v.id, v.product_id, v.move_id, v.quantity,
           (SELECT sum(amount) FROM stock_value WHERE move_id = v.move_id) AS amount,
           coalesce((SELECT sum(quantity) FROM stock_layer_take k
                                 WHERE k.layer_id = v.id AND k.issue_id < w.start), 0) AS taken
      FROM unnest(CAST(:products AS bigint[]), CAST(:starts AS bigint[])) AS w (product, start)
      JOIN stock_value v ON v.product_id = w.product AND v.id = ANY(:ids)
""")
#: Moves of before, as far as they had come back.
_WENT = text("""
    SELECT v.move_id, v.product_id, abs(v.quantity) AS quantity,
           abs((SELECT sum(amount) FROM stock_value WHERE move_id = v.move_id)) AS amount,
           (SELECT coalesce(sum(amount), 0) FROM stock_value
             WHERE move_id = v.move_id AND kind = 'landed_cost') AS landed,
           coalesce((SELECT sum(abs(x.quantity)) FROM stock_move r JOIN stock_value x ON x.move_id = r.id
                      WHERE r.returns_id = v.move_id AND x.id < w.start), 0) AS back
      FROM unnest(CAST(:products AS bigint[]), CAST(:starts AS bigint[])) AS w (product, start)
      JOIN stock_value v ON v.product_id = w.product AND v.move_id = ANY(:ids) AND v.quantity <> 0
""")


@dataclass(frozen=True)
class CostChange:
    """How much more (below zero: less) a received move costs, in the currency of the books."""

    move_id: int
    amount: Decimal
    #: What stands against it: goods received and not billed, a claim, accrued freight.
    account_id: int


@dataclass(frozen=True)
class Effect:
    """What the change does to one move: the value of the part, and the accounts that stand against it."""

    move_id: int
    product_id: int
    #: What the part is worth more by it.
    amount: Decimal
    #: By account; with `amount` they sum to nothing.
    accounts: Mapping[int, Decimal]
    partner_id: int | None


@dataclass(frozen=True)
class Receipt:
    """A move that came from a supplier."""

    value_id: int
    move_id: int
    product_id: int
    amount: Decimal
    change: CostChange


def effects(session: AnySession, changes: Sequence[CostChange], kind: str = "repricing") -> list[Effect]:
    """What changes would do, move by move; nothing is written or locked. Raises StockError."""
    found = _effects(session, _receipts(session, changes, kind), kind)
    return [effect for _books, of in found for effect in of]


def revalue(
    session: AnySession, changes: Sequence[CostChange], kind: str, on: date | None, narration: str
) -> list[Effect]:
    """Write what changes do, an entry a company; returns it. Raises StockError."""
    acts.require(session, REVALUE)
    done, receipts = [], _receipts(session, changes, kind)
    locked_worth(session, [receipt.product_id for _company, receipt in receipts])
    for books, found in _effects(session, receipts, kind):
        if problem := why_outside(books, on or today()):
            raise StockError(problem)
        _write(session, books, found, kind, on or today(), narration)
        done += found
    record(session, "revalue", "stock.move", [change.move_id for change in changes])
    return done


def _effects(
    session: AnySession, receipts: Sequence[tuple[int, Receipt]], kind: str
) -> Sequence[tuple[Books, list[Effect]]]:
    by_company: dict[int, list[Receipt]] = {}
    for company, receipt in receipts:
        by_company.setdefault(company, []).append(receipt)
    found = []
    for company, own in sorted(by_company.items()):
        books = books_of(session, company)
        found.append((books, _Change(session, books, own, kind).effects()))
    return found


def _receipts(session: AnySession, changes: Sequence[CostChange], kind: str) -> list[tuple[int, Receipt]]:
    of = {change.move_id: change for change in changes}
    if len(of) < len(changes):
        raise ValueError("a move has two changes: add them up")
    rows = session.execute(_RECEIPTS, {"ids": list(of)}).all()
    StockError.refuse({row.asked: why for row in rows if (why := _why_not(row, of[row.asked], kind))})
    return [
        (row.company_id, Receipt(row.id, row.asked, row.product_id, row.amount, of[row.asked]))
        for row in rows
    ]


def _why_not(row: Any, change: CostChange, kind: str) -> str:
    if row.id is None:
        return _("This is no line of a receipt that was done: its cost can't be changed.")
    asked = row.amount if kind == LANDED else row.amount - row.landed
    if asked + change.amount < 0:
        return _("The goods would cost less than nothing: check the amounts.")
    return ""


class _Change:
    """The parts of one company as the changes find them."""

    def __init__(self, session: AnySession, books: Books, receipts: Sequence[Receipt], kind: str) -> None:
        self.session, self.books, self.is_landed = session, books, kind == LANDED
        self.changes = {r.move_id: r.change.amount for r in receipts}
        self.counters = {r.move_id: r.change.account_id for r in receipts}
        starts: dict[int, int] = {}
        for receipt in receipts:
            starts[receipt.product_id] = min(
                starts.get(receipt.product_id, receipt.value_id), receipt.value_id
            )
        self.starts = {"products": list(starts), "starts": list(starts.values())}
        self.rows = session.execute(_STEPS, self.starts).all()
        method = session.scalar(
            text("SELECT cost_method FROM company WHERE id = :id"), {"id": books.company_id}
        )
        self.is_fifo, self.unit = method == "fifo", smallest_unit(books.currency)

    def effects(self) -> list[Effect]:
        """What each move costs more, and where that stands; of moves that change."""
        before, after = self._costs()
        changed = [row for row in self.rows if before[row.move_id] != after[row.move_id]]
        shipped = {
            row.move_id: (-before[row.move_id].amount, -after[row.move_id].amount)
            for row in changed
            if "customer" in (row.from_kind, row.to_kind)
        }
        accounts = m.StockMove.cost_accounts(self.session, shipped, self.unit)
        return [
            self._effect(row, before[row.move_id], after[row.move_id], accounts.get(row.move_id))
            for row in changed
        ]

    def _costs(self) -> tuple[dict[int, Cost], dict[int, Cost]]:
        before: dict[int, Cost] = {}
        after: dict[int, Cost] = {}
        steps = self._steps()
        for product, replay in self._replays(steps).items():
            before |= deepcopy(replay).run(steps[product], {})
            after |= replay.run(steps[product], self.changes)
        return before, after

    def _steps(self) -> dict[int, list[Step]]:
        takes: dict[int, list[tuple[int, Decimal]]] = {}
        for row in self.session.execute(_TAKES, {"ids": [row.id for row in self.rows]}):
            takes.setdefault(row.issue_id, []).append((row.layer_id, row.quantity))
        found: dict[int, list[Step]] = {}
        for row in self.rows:
            is_found = row.from_kind == "loss" and row.unit_cost is None
            of = takes.get(row.id, ())
            step = Step(
                row.id, row.move_id, row.quantity, row.amount, row.returns_id, is_found, of, row.landed
            )
            found.setdefault(row.product_id, []).append(step)
        return found

    def _replays(self, steps: Mapping[int, Sequence[Step]]) -> dict[int, Replay]:
        """The parts as they were before the first of their rows."""
        found, last = {}, {row.product_id: row for row in self.rows}
        for product, rows in steps.items():
            quantity = last[product].on_hand - sum((step.quantity for step in rows), _ZERO)
            amount = last[product].worth - sum((step.amount for step in rows), _ZERO)
            found[product] = Replay(quantity, amount, self.unit, self.is_fifo, self.is_landed)
        every = [step for rows in steps.values() for step in rows]
        known, moved = {step.value_id for step in every}, {step.move_id for step in every}
        layers = {layer for step in every for layer, _quantity in step.takes} - known
        for row in self.session.execute(_LAYERS, {**self.starts, "ids": list(layers)}) if layers else ():
            layer = Layer(row.id, row.move_id, row.quantity, row.amount, row.taken)
            found[row.product_id].layers[row.id] = layer
        gone = {step.returns_id for step in every if step.returns_id is not None} - moved
        for row in self.session.execute(_WENT, {**self.starts, "ids": list(gone)}) if gone else ():
            found[row.product_id].went[row.move_id] = Went(row.quantity, row.amount, row.back, row.landed)
        return found

    def _effect(self, row: Any, before: Cost, after: Cost, shipped: Mapping[str, Decimal] | None) -> Effect:
        amount, against = after.amount - before.amount, after.against - before.against
        outside = row.from_kind if row.to_kind in OURS else row.to_kind
        sums: dict[int, Decimal] = {}
        if outside == "customer":
            for purpose, part in (shipped or {}).items():
                sums[self.books.account(purpose)] = part
        elif outside == "loss":
            sums[self.books.account("inventory_difference")] = against
        else:
            sums[self._counter(row)] = against
        rest = -amount - sum(sums.values(), _ZERO)
        if rest:
            difference = self.books.account("inventory_difference")
            sums[difference] = sums.get(difference, _ZERO) + rest
        return Effect(row.move_id, row.product_id, amount, sums, row.partner_id)

    def _counter(self, row: Any) -> int:
        """What stands against a receipt's change, and against goods of it that went back."""
        found = self.counters.get(row.move_id) or self.counters.get(row.returns_id)
        return found if found is not None else self.books.account("goods_received")


def _write(
    session: AnySession, books: Books, found: Sequence[Effect], kind: str, on: date, narration: str
) -> None:
    entry = _entry(books, found, on, narration)
    write_entries(session, books, [entry] if entry else [])
    rows = (
        {
            "company_id": books.company_id,
            "move_id": effect.move_id,
            "product_id": effect.product_id,
            "date": on,
            "kind": kind,
            "quantity": _ZERO,
            "amount": effect.amount,
            "entry_id": entry.id if entry else None,
        }
        for effect in found
        if effect.amount
    )
    m.StockValue._bulk(session, rows)


def _entry(books: Books, found: Sequence[Effect], on: date, narration: str) -> EntryDraft | None:
    """One entry of all; None where nothing is left of it."""
    sums: dict[tuple[int, int | None], Decimal] = {}
    for effect in found:
        inventory = books.account("inventory")
        sums[inventory, None] = sums.get((inventory, None), _ZERO) + effect.amount
        for account, amount in effect.accounts.items():
            key = (account, effect.partner_id)
            sums[key] = sums.get(key, _ZERO) + amount
    amounts = [Amount(account, amount, partner) for (account, partner), amount in sums.items() if amount]
    if not amounts:
        return None
    return EntryDraft("general", on, books.currency, Decimal(1), narration, amounts[0], amounts[1:])
