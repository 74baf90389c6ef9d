"""Invoice what has moved, or what was ordered, and credit what has come back.

What is open of an order line is what its moves say that stand on no document yet: deliveries less returns.
Above zero it goes on an invoice, below on a credit note, at nothing on neither. Orders that are invoiced at
once take what is ordered instead, and their deliveries are tied when they go. Example: 100 delivered, 30 of
them back before the invoice → 70 are invoiced, both moves tied; 30 back after it → a credit note over 30.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.drafts import InvoiceDraft, Line
from addons.accounting.services.invoices import INVOICES
from addons.accounting.services.reversal import settle_with_notes
from addons.sales.services.errors import SalesError
from addons.sales.services.selling import SELLING
from addons.sales.services.tying import Tie, tie
from addons.stock.services.orders.holding import refuse_held
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts
from core.security.audit import record

INVOICE = "sales.invoice"
#: What is written of lines that are open above zero, and below.
KINDS = (("invoice", 1), ("credit_note", -1))
_ZERO = Decimal(0)
_COLUMNS = """
    o.id AS order_id, o.company_id, o.partner_id, o.currency_code, o.invoicing, o.number, o.reference,
    l.id, l.position, l.product_id, l.description, l.unit_price, l.discount, l.tax_id, l.quantity,
    l.delivered, l.cancelled, l.returned, l.invoiced, l.credited, p.kind AS part_kind
"""
_LINES = text(f"""
    SELECT {_COLUMNS} FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id
      LEFT JOIN product p ON p.id = l.product_id
     WHERE o.id = ANY(:ids) ORDER BY o.id, l.position
""")  # noqa: S608  # a list of columns
#: Orders of which something may be open, of these customers.
_ORDERS = text("""
    SELECT DISTINCT o.id FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id
     WHERE o.partner_id = ANY(:partners) AND o.state IN ('confirmed', 'done') AND o.hold = ''
       AND l.delivered - l.returned <> l.invoiced - l.credited ORDER BY o.id
""")
_MOVES = text("""
    SELECT v.id, v.order_line_id, v.quantity - v.invoiced AS free, v.returns_id
      FROM sales_order_line l JOIN stock_move v ON v.order_line_id = l.id
     WHERE l.order_id = ANY(:ids) AND v.state = 'done' AND v.invoiced < v.quantity
       AND (CAST(:until AS date) IS NULL OR v.date <= :until)
     ORDER BY v.id
""")


#: Lines of posted invoices for order lines, and how much of each no credit note has taken.
_FREE = text("""
    SELECT l.order_line_id, l.id, l.invoice_id, l.quantity - coalesce(sum(n.quantity), 0) AS free
      FROM accounting_invoice_line l
      JOIN accounting_invoice i ON i.id = l.invoice_id AND i.kind = 'invoice' AND i.state = 'posted'
      LEFT JOIN accounting_invoice_line n ON n.credits_line_id = l.id
     WHERE l.order_line_id = ANY(:lines)
       AND NOT EXISTS (SELECT 1 FROM accounting_invoice r WHERE r.reverses_id = i.id)
     GROUP BY l.id ORDER BY l.id
""")


@dataclass
class OpenLine:
    """An order line, how much of it is to be invoiced (below zero: credited), and the moves behind that."""

    row: Any
    quantity: Decimal
    moves: Sequence[Any] = field(default_factory=tuple)
    #: The line of an invoice that is credited, and its invoice.
    credits_line_id: int | None = None
    credits_id: int | None = None


@dataclass
class OrderedLine(Line):
    """An invoice line for an order line."""

    order_line_id: int | None = None


def uninvoiced(session: AnySession, ids: Sequence[int], until: date | None = None) -> list[OpenLine]:
    """What is open of these orders, of what had moved up to a day."""
    moves: dict[int, list[Any]] = {}
    for move in session.execute(_MOVES, {"ids": list(ids), "until": until}):
        moves.setdefault(move.order_line_id, []).append(move)
    lines = session.execute(_LINES, {"ids": list(ids)})
    found = [_open(row, moves.get(row.id, [])) for row in lines]
    return [line for line in found if line.quantity]


def uninvoiced_until(session: AnySession, partners: Iterable[int], until: date) -> list[OpenLine]:
    """What these customers have had up to a day and is on no invoice."""
    ids = session.scalars(_ORDERS, {"partners": sorted(set(partners))}).all()
    return uninvoiced(session, ids, until) if ids else []


def _open(row: Any, moves: Sequence[Any]) -> OpenLine:
    standing = row.invoiced - row.credited
    if row.part_kind != "goods":
        ordered = row.quantity - row.cancelled if row.invoicing == "order" else row.delivered
        return OpenLine(row, ordered - standing)
    moved = sum((-v.free if v.returns_id else v.free for v in moves), _ZERO)
    if row.invoicing == "order":
        ordered = row.quantity - row.cancelled - row.returned - standing
        return OpenLine(row, ordered, moves) if ordered else OpenLine(row, _ZERO)
    return OpenLine(row, moved, moves)


def invoice(session: AnySession, orders: Iterable[Any], on: date | None) -> list[int]:
    """An invoice for each order of what is open of it, posted; raises SalesError."""
    return _of_orders(session, orders, on, "invoice")


def credit(session: AnySession, orders: Iterable[Any], on: date | None) -> list[int]:
    """A credit note for each order of what has come back, posted; raises SalesError."""
    return _of_orders(session, orders, on, "credit_note")


def _of_orders(session: AnySession, orders: Iterable[Any], on: date | None, kind: str) -> list[int]:
    acts.require(session, INVOICE)
    rows = acts.locked(session, m.SalesOrder, orders, of_few_lines=True)
    if kind == "invoice":
        refuse_held(SELLING, rows)
    ids = [row.id for row in rows]
    sign = 1 if kind == "invoice" else -1
    lines = [line for line in uninvoiced(session, ids) if line.quantity * sign > 0]
    known = {line.row.order_id for line in lines}
    SalesError.refuse({row.id: _nothing(row, kind) for row in rows if row.id not in known})
    made = _write(session, _grouped(lines, lambda row: row.order_id), on or today(), kind)
    record(session, "invoice" if sign > 0 else "credit", "sales.order", ids)
    return made


def _nothing(row: Any, kind: str) -> str:
    if row.state == "quotation":
        return _("%(number)s is a quotation: confirm it first.", number=row.number)
    if kind == "credit_note":
        return _("Nothing of %(number)s has come back that is not credited.", number=row.number)
    return _("Nothing of %(number)s is to be invoiced: deliver it first.", number=row.number)


def invoice_until(session: AnySession, partners: Iterable[int], until: date, on: date | None) -> list[int]:
    """One invoice a customer and currency of what moved up to a day; below nothing a credit note."""
    acts.require(session, INVOICE)
    wanted = sorted(set(partners))
    acts.locked(session, m.SalesOrder, session.scalars(_ORDERS, {"partners": wanted}).all())
    lines = uninvoiced_until(session, wanted, until)
    made: list[int] = []
    for kind, sign in KINDS:
        own = [line for line in lines if line.quantity * sign > 0]
        made += _write(session, _grouped(own, _of_period), on or until, kind)
    record(session, "invoice", "sales.order", sorted({line.row.order_id for line in lines}))
    return made


def drafts_until(session: AnySession, partners: Iterable[int], until: date) -> list[InvoiceDraft]:
    """What `invoice_until` would write, computed; nothing is written. Raises what computing refuses."""
    lines = uninvoiced_until(session, partners, until)
    drafts = [
        _draft(group, until, kind)
        for kind, sign in KINDS
        for group in _grouped([line for line in lines if line.quantity * sign > 0], _of_period)
    ]
    m.AccountingInvoice.compute(session, drafts)
    return drafts


def _of_period(row: Any) -> tuple[int, int, str]:
    return row.company_id, row.partner_id, row.currency_code


def _grouped(lines: Sequence[OpenLine], key: Any) -> list[list[OpenLine]]:
    groups: dict[Any, list[OpenLine]] = {}
    for line in lines:
        groups.setdefault(key(line.row), []).append(line)
    return list(groups.values())


def _write(session: AnySession, groups: Sequence[Sequence[OpenLine]], on: date, kind: str) -> list[int]:
    if not groups:
        return []
    if kind == "credit_note":
        _find_credited(session, [line for group in groups for line in group])
    drafts = [_draft(group, on, kind) for group in groups]
    ids: list[int] = m.AccountingInvoice.create(session, drafts)
    tie(session, [one for i, group in zip(ids, groups, strict=True) for one in _ties(i, group)])
    m.AccountingInvoice.post(session, ids)
    _settle(session, zip(groups, ids, strict=True), on)
    SELLING.forget(session)
    return ids


def _find_credited(session: AnySession, lines: Sequence[OpenLine]) -> None:
    """Name the invoice line that each line credits; refuse what was credited by hand already."""
    free: dict[int, list[Any]] = {}
    for row in session.execute(_FREE, {"lines": [line.row.id for line in lines]}):
        free.setdefault(row.order_line_id, []).append(row)
    for line in lines:
        wanted, own = -line.quantity, free.get(line.row.id, [])
        _refuse_credited(line.row, wanted, sum((row.free for row in own), _ZERO))
        whole = next((row for row in own if row.free >= wanted), None)
        if whole is not None:
            line.credits_line_id, line.credits_id = whole.id, whole.invoice_id


def _refuse_credited(row: Any, wanted: Decimal, left: Decimal) -> None:
    if wanted > left:
        raise SalesError(
            _(
                "Of line %(position)s of %(number)s only %(left)s of %(wanted)s are left to credit: the rest "
                "was credited on its invoice, line by line. Reverse that credit note first.",
                position=row.position,
                number=row.number,
                left=format_number(left),
                wanted=format_number(wanted),
            )
        )


def _settle(session: AnySession, notes: Iterable[tuple[Sequence[OpenLine], int]], on: date) -> None:
    """Notes that credit one invoice settle what is open of it."""
    for lines, note in notes:
        credited = {line.credits_id for line in lines}
        if len(credited) == 1 and None not in credited:
            (invoice,) = acts.locked(session, m.AccountingInvoice, credited)
            settle_with_notes(session, INVOICES, [invoice], [note], on)


def _draft(lines: Sequence[OpenLine], on: date, kind: str) -> InvoiceDraft:
    row = lines[0].row
    references = list(dict.fromkeys(line.row.reference or line.row.number for line in lines))
    return InvoiceDraft(
        company_id=row.company_id,
        partner_id=row.partner_id,
        date=on,
        currency_code=row.currency_code,
        lines=[_line(line) for line in lines],
        kind=kind,
        reference=", ".join(references)[:1000],
    )


def _line(line: OpenLine) -> OrderedLine:
    row = line.row
    return OrderedLine(
        row.description,
        abs(line.quantity),
        row.unit_price,
        row.product_id,
        row.tax_id,
        discount=row.discount,
        order_line_id=row.id,
        credits_line_id=line.credits_line_id,
    )


def _ties(invoice_id: int, lines: Sequence[OpenLine]) -> Iterator[Tie]:
    for position, line in enumerate(lines, start=1):
        for move in line.moves:
            yield move.id, invoice_id, position, move.free


def by_order(lines: Iterable[OpenLine]) -> Mapping[int, list[OpenLine]]:
    """Open lines by the id of their order."""
    found: dict[int, list[OpenLine]] = {}
    for line in lines:
        found.setdefault(line.row.order_id, []).append(line)
    return found
