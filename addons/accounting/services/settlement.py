"""What settled a document, and what a partner owes or is owed: for the pages of records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from addons.accounting.services import early
from addons.accounting.services.payments import pays
from core import m
from core.db import AnySession
from core.models.fragment import class_name

#: So many open items stand on the page of a payment.
SHOWN = 50
#: The documents that leave open items, each with a page.
PAGES = (
    "accounting.invoice",
    "accounting.payment",
    "accounting.bill",
    "accounting.netting",
    "accounting.write_off",
)
#: So many lines are made of what is due.
LINES = 200


@dataclass(frozen=True)
class Settlement:
    """So much of a document was settled by another one."""

    number: str
    document: str
    date: date
    amount: Decimal
    currency: str
    #: The form of the other document and its id; of its entry, where it is none that has a page.
    form: str
    record_id: int


def items_of(session: AnySession, entry_id: int | None) -> Sequence[Any]:
    """The open items of a document, by the entry that it wrote."""
    item, line = m.AccountingOpenItem, m.AccountingEntryLine
    if entry_id is None:
        return []
    return session.scalars(
        select(item).join(line, line.id == item.entry_line_id).where(line.entry_id == entry_id)
    ).all()


def is_unused(item: Any) -> bool:
    """Whether something of a customer's credit, or of what a supplier was paid, belongs to nothing yet."""
    settles = item.amount < 0 if item.side == "receivable" else item.amount > 0
    return bool(settles and item.residual)


def settlements(session: AnySession, entry_id: int | None) -> list[Settlement]:
    """What settled the document that wrote this entry, oldest first; what was taken back is left out."""
    ids = [item.id for item in items_of(session, entry_id)]
    if not ids:
        return []
    allocation, other = m.AccountingAllocation, m.AccountingOpenItem
    line = m.AccountingEntryLine
    documents = [getattr(m, class_name(name)) for name in PAGES]
    back = aliased(allocation)
    query = (
        select(allocation, other, line.entry_id, *(document.id for document in documents))
        .join(
            other,
            or_(
                (allocation.debit_id.in_(ids)) & (other.id == allocation.credit_id),
                (allocation.credit_id.in_(ids)) & (other.id == allocation.debit_id),
            ),
        )
        .join(line, line.id == other.entry_line_id)
        .outerjoin(back, back.reverses_id == allocation.id)
        .where(allocation.reverses_id.is_(None), back.id.is_(None))
        .order_by(allocation.date, allocation.id)
    )
    for document in documents:
        query = query.outerjoin(document, document.entry_id == line.entry_id)
    return [
        Settlement(
            item.number,
            item.document,
            made.date,
            made.amount,
            made.currency_code,
            *_place(entry, ids),
        )
        for made, item, entry, *ids in session.execute(query)
    ]


def _place(entry_id: int, ids: Sequence[int | None]) -> tuple[str, int]:
    for name, record_id in zip(PAGES, ids, strict=True):
        if record_id is not None:
            return f"{name}.form", record_id
    return "accounting.entry.form", entry_id


def owed(
    session: AnySession, partner_id: int, today: date, side: str = "receivable"
) -> list[tuple[str, Decimal, Decimal]]:
    """(currency, balance, what of it is overdue) of a partner on one side; one query.

    Positive is owed to us, so that a supplier's balance is negative as a rule.
    """
    item = m.AccountingOpenItem
    open_amount = item.amount - item.allocated
    rows = session.execute(
        select(
            item.currency_code,
            func.sum(open_amount),
            func.coalesce(func.sum(open_amount).filter(item.due_date < today), 0),
        )
        .where(item.partner_id == partner_id, item.side == side, item.allocated != item.amount)
        .group_by(item.currency_code)
        .order_by(item.currency_code)
    )
    return [(currency, balance, overdue) for currency, balance, overdue in rows]


@dataclass(frozen=True)
class Next:
    """An open item, and how much of it a payment will settle."""

    item: Any
    settles: Decimal


def nameable(item: Any, values: Mapping[str, Any]) -> Any:
    """Whether a payment may name an item: open on its account, of its currency and direction."""
    sign = -1 if values.get("direction") == "out" else 1
    return and_(
        item.partner_id == values.get("partner_id"),
        item.side == (values.get("side") or "receivable"),
        item.currency_code == values.get("currency_code"),
        item.allocated != item.amount,
        item.amount * sign > 0,
    )


def open_items(session: AnySession, values: Mapping[str, Any], most: int = SHOWN) -> Sequence[Any]:
    """The open items that such a payment may name, due earliest first."""
    item = m.AccountingOpenItem
    earliest = select(item).where(nameable(item, values)).order_by(item.due_date, item.id)
    return session.scalars(earliest.limit(most)).all()


def due_lines(session: AnySession, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lines for what is due, earliest first, up to the amount of a payment; all where it has none yet."""
    left, rows = values.get("amount"), []
    for one in open_items(session, values, LINES):
        takes, off = early.split(left, abs(one.residual), early.of_item(one, values.get("date")))
        if takes <= 0:
            break
        rows.append({"open_item_id": one.id, "amount": takes, "discount": off})
        left = None if left is None else left - takes
    return rows


def named_amounts(
    session: AnySession, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], chosen: Sequence[bool]
) -> list[dict[str, Any]]:
    """What follows for lines whose item was just chosen: what is open of it, up to what the others leave.

    An item that the payment may not name any more, since its partner is another, leaves its line.
    """
    ids = {line["open_item_id"] for line in lines if line.get("open_item_id")}
    item = m.AccountingOpenItem
    asked = select(item).where(item.id.in_(ids), nameable(item, values)) if ids else None
    known = {one.id: one for one in session.scalars(asked)} if asked is not None else {}
    kept = [line.get("amount") or 0 for line, new in zip(lines, chosen, strict=True) if not new]
    left = None if values.get("amount") is None else values["amount"] - sum(kept)
    made: list[dict[str, Any]] = []
    for line, new in zip(lines, chosen, strict=True):
        key = line.get("open_item_id")
        if key and key not in known:
            made.append({"open_item_id": None, "amount": None, "discount": None})
        elif key and new:
            one = known[key]
            takes, off = early.split(left, abs(one.residual), early.of_item(one, values.get("date")))
            left = None if left is None else left - takes
            made.append({"amount": takes or None, "discount": off})
        else:
            made.append({})
    return made


def next_items(session: AnySession, payment: Any) -> list[Next]:
    """The open items of a payment's account in its currency, due earliest first, as posting takes them.

    First what its lines name, then what its rule does with the rest.
    """
    values = {name: getattr(payment, name) for name in ("partner_id", "side", "currency_code", "direction")}
    named: dict[int, Decimal] = {}
    for line in payment.lines:
        settles = line.amount + (line.discount or 0)
        named[line.open_item_id] = named.get(line.open_item_id, Decimal(0)) + settles
    by_rule = pays(payment) and payment.remainder == "oldest"
    left = payment.amount + payment.discount - sum(named.values()) if by_rule else Decimal(0)
    rows = []
    for one in open_items(session, values):
        own = named.get(one.id, Decimal(0))
        more = max(min(left, abs(one.residual) - own), Decimal(0))
        rows.append(Next(one, own + more))
        left -= more
    return rows
