"""Tie moves to the lines of invoices and credit notes that they stand on.

A delivered move is invoiced once, a returned one credited once. Three acts tie: invoicing what has moved; a
delivery of what was invoiced before it (orders that are invoiced at once); a reversal, which gives back what
its invoice had tied.
"""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import text

from addons.sales.services import costs
from addons.sales.services.errors import SalesError
from addons.sales.services.selling import SELLING
from core.db import AnySession
from core.i18n import _, format_number

#: (move, document, position of its line, quantity)
Tie = tuple[int, int, int, Decimal]
_TIE = text("""
    INSERT INTO sales_invoiced_move (company_id, move_id, invoice_line_id, quantity)
    SELECT i.company_id, w.move, l.id, w.quantity
      FROM unnest(CAST(:moves AS bigint[]), CAST(:invoices AS bigint[]), CAST(:positions AS int[]),
                  CAST(:quantities AS numeric[])) AS w (move, invoice, position, quantity)
      JOIN accounting_invoice i ON i.id = w.invoice
      JOIN accounting_invoice_line l ON l.invoice_id = w.invoice AND l.position = w.position
""")
_REVERSED_LINES = text("""
    UPDATE accounting_invoice_line n SET order_line_id = l.order_line_id
      FROM accounting_invoice i, accounting_invoice_line l
     WHERE i.id = ANY(:ids) AND n.invoice_id = i.id AND l.invoice_id = i.reverses_id
       AND l.position = n.position AND l.order_line_id IS NOT NULL
    RETURNING n.id
""")
_REVERSED_MOVES = text("""
    INSERT INTO sales_invoiced_move (company_id, move_id, invoice_line_id, quantity)
    SELECT x.company_id, x.move_id, n.id, -x.quantity
      FROM accounting_invoice i
      JOIN accounting_invoice_line n ON n.invoice_id = i.id
      JOIN accounting_invoice_line l ON l.invoice_id = i.reverses_id AND l.position = n.position
      JOIN sales_invoiced_move x ON x.invoice_line_id = l.id
     WHERE i.id = ANY(:ids)
""")
#: Moves of these deliveries, beside invoice lines of the same order line of which not all is tied.
_BEFORE = text("""
    WITH gone AS MATERIALIZED (
      SELECT v.id, v.quantity, v.invoiced, v.order_line_id
        FROM stock_move v JOIN sales_order_line o ON o.id = v.order_line_id AND o.invoiced > o.credited
       WHERE v.transfer_id = ANY(:ids) AND v.state = 'done' AND v.returns_id IS NULL
         AND v.quantity > v.invoiced)
    SELECT v.id AS move, v.quantity - v.invoiced AS free, l.id AS line, l.invoice_id, l.position,
           l.quantity - coalesce(t.tied, 0) AS open, l.order_line_id
      FROM gone v
      JOIN accounting_invoice_line l ON l.order_line_id = v.order_line_id AND l.order_quantity > 0
      JOIN accounting_invoice i ON i.id = l.invoice_id AND i.state = 'posted'
      LEFT JOIN LATERAL (SELECT sum(quantity) AS tied FROM sales_invoiced_move WHERE invoice_line_id = l.id) t
             ON true
     WHERE l.quantity > coalesce(t.tied, 0)
       AND NOT EXISTS (SELECT 1 FROM accounting_invoice n WHERE n.reverses_id = i.id)
     ORDER BY v.id, l.id
""")
#: Invoices of which a credit note for returned goods has credited something: less than all is left to credit.
_PARTLY = text("""
    SELECT DISTINCT ON (i.id) i.id, i.number, n.number AS note
      FROM (SELECT invoice_id, order_line_id, sum(order_quantity) AS quantity FROM accounting_invoice_line
             WHERE invoice_id = ANY(:ids) AND order_line_id IS NOT NULL GROUP BY 1, 2) x
      JOIN accounting_invoice i ON i.id = x.invoice_id AND i.kind = 'invoice'
      JOIN sales_order_line l ON l.id = x.order_line_id AND l.credited + x.quantity > l.invoiced
      JOIN accounting_invoice_line y ON y.order_line_id = l.id AND y.order_quantity < 0
      JOIN accounting_invoice n ON n.id = y.invoice_id AND n.reverses_id IS NULL
     ORDER BY i.id, n.id
""")
#: Lines of which more would go than was ordered.
_EXCESS = text("""
    SELECT l.position, o.number, l.quantity - l.cancelled AS ordered, l.delivered, s.quantity
      FROM (SELECT order_line_id, sum(coalesce(picked, quantity)) AS quantity FROM stock_move
             WHERE transfer_id = ANY(:ids) AND state = 'reserved' AND order_line_id IS NOT NULL
             GROUP BY order_line_id) s
      JOIN sales_order_line l ON l.id = s.order_line_id JOIN sales_order o ON o.id = l.order_id
     WHERE l.delivered + s.quantity > l.quantity - l.cancelled + l.tolerance
     ORDER BY o.id, l.position LIMIT 1
""")


def refuse_excess(session: AnySession, transfers: Sequence[int]) -> None:
    """Refuse deliveries of more than was ordered; raises SalesError."""
    row = session.execute(_EXCESS, {"ids": list(transfers)}).first()
    if row is not None:
        raise SalesError(
            _(
                "On line %(position)s of %(number)s %(ordered)s are ordered and %(delivered)s delivered: "
                "%(quantity)s more can't go. Change the order, or pick less.",
                position=row.position,
                number=row.number,
                ordered=format_number(row.ordered),
                delivered=format_number(row.delivered),
                quantity=format_number(row.quantity),
            )
        )


def refuse_credited(session: AnySession, invoices: Sequence[int]) -> None:
    """Refuse to take invoices back of which returned goods are credited already; raises SalesError."""
    SalesError.refuse(
        {
            row.id: _(
                "%(number)s is credited in part by %(by)s: credit the rest line by line.",
                number=row.number,
                by=row.note,
            )
            for row in session.execute(_PARTLY, {"ids": list(invoices)})
        }
    )


def tie(session: AnySession, ties: Sequence[Tie]) -> None:
    """Write what stands on which line."""
    if not ties:
        return
    names = ("moves", "invoices", "positions", "quantities")
    session.execute(_TIE, {name: [one[n] for one in ties] for n, name in enumerate(names)})


def tie_reversals(session: AnySession, notes: Sequence[int]) -> None:
    """Let reversals give back what their invoices tied."""
    if notes and session.execute(_REVERSED_LINES, {"ids": list(notes)}).all():
        session.execute(_REVERSED_MOVES, {"ids": list(notes)})


def tie_deliveries(session: AnySession, transfers: Sequence[int]) -> None:
    """Tie what has just gone out to what was invoiced before it, and book its cost."""
    free: dict[int, Decimal] = {}
    open_: dict[int, Decimal] = {}
    ties: list[Tie] = []
    for row in session.execute(_BEFORE, {"ids": list(transfers)}):
        left = min(free.setdefault(row.move, row.free), open_.setdefault(row.line, row.open))
        if left > 0:
            ties.append((row.move, row.invoice_id, row.position, left))
            free[row.move] -= left
            open_[row.line] -= left
    tie(session, ties)
    if ties:
        costs.book(session, sorted({invoice for _move, invoice, _position, _quantity in ties}))
    SELLING.forget(session)
