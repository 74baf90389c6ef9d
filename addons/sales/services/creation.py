"""Write quotations: complete what they leave open by what the customer has agreed, and compute them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.amounts import line_net, totals_of
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import rows_of
from addons.sales.services.drafts import OrderDraft
from addons.sales.services.errors import SalesError
from addons.sales.services.prices import Asked
from core import m
from core.clock import today
from core.db import AnySession, reserve_many, smallest_unit
from core.i18n import _
from core.records.sequences import next_numbers
from core.security import acts
from core.security.audit import record

WRITE = "sales.write"
_PARTNERS = text("""
    SELECT p.id, p.company_id, coalesce(p.currency_code, c.currency_code) AS currency, p.invoicing,
           p.salesperson_id
      FROM partner p JOIN company c ON c.id = p.company_id WHERE p.id = ANY(:ids)
""")
_PARTS = text("SELECT id, code, description, active, company_id FROM product WHERE id = ANY(:ids)")
_TAXES = text("SELECT id FROM accounting_tax WHERE company_id = :company AND active LIMIT 2")


def create(session: AnySession, orders: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records, and number them; returns their ids. Raises SalesError."""
    acts.require(session, WRITE)
    compute(session, orders)
    for order, number in zip(orders, _numbers(session, orders), strict=True):
        order.number = number
    _write(session, [order for order in orders if isinstance(order, OrderDraft)])
    session.add_all(order for order in orders if not isinstance(order, OrderDraft))
    session.flush()
    return [order.id for order in orders]


def compute(session: AnySession, orders: Sequence[Any]) -> None:
    """Complete quotations and set their amounts; raises SalesError."""
    with session.no_autoflush:  # a line without its net is not ready for the database
        partners = {row.id: row for row in _rows(session, _PARTNERS, (o.partner_id for o in orders))}
        for order in orders:
            _complete(order, partners.get(order.partner_id))
        complete_lines(session, [(order, line) for order in orders for line in order.lines])
        for company_id in {order.company_id for order in orders}:
            rates = books_of(session, company_id).tax_rates
            for order in orders:
                if order.company_id == company_id:
                    total(order, rates)


def _rows(session: AnySession, query: Any, ids: Iterable[int | None]) -> Sequence[Any]:
    wanted = sorted({i for i in ids if i is not None})
    return session.execute(query, {"ids": wanted}).all() if wanted else ()


def _complete(order: Any, partner: Any) -> None:
    if partner is None or partner.company_id != order.company_id:
        raise SalesError(_("There is no such customer: choose one of the list."))
    order.date = order.date or today()
    order.currency_code = order.currency_code or partner.currency
    order.invoicing = order.invoicing or partner.invoicing
    order.salesperson_id = order.salesperson_id or partner.salesperson_id


def complete_lines(session: AnySession, lines: Sequence[tuple[Any, Any]]) -> None:
    """Refuse lines that can't be ordered, and give them description, tax, price and net."""
    parts = {row.id: row for row in _rows(session, _PARTS, (line.product_id for _o, line in lines))}
    for order, line in lines:
        _refuse(order, line, parts.get(line.product_id))
        if line.product_id is not None and not line.description:
            line.description = parts[line.product_id].description
    _give_prices(session, [(o, x) for o, x in lines if x.unit_price is None and x.product_id is not None])
    _give_taxes(session, [(order, line) for order, line in lines if line.tax_id is None and not line.id])
    for order, line in lines:
        unit = smallest_unit(order.currency_code)
        line.net = line_net(line.quantity, line.unit_price or Decimal(0), unit, line.discount)


def _refuse(order: Any, line: Any, part: Any) -> None:
    if line.quantity is None or line.quantity <= 0:
        raise SalesError(_("Order a quantity above zero; what comes back is a return."))
    if line.product_id is None:
        return
    if part is None or part.company_id != order.company_id:
        raise SalesError(_("There is no such part: choose one of the list."))


def _give_prices(session: AnySession, lines: Sequence[tuple[Any, Any]]) -> None:
    asked = [Asked(o.partner_id, x.product_id, x.quantity, o.currency_code, o.date) for o, x in lines]
    for (_order, line), price in zip(lines, m.SalesOrder.price_lines(session, asked), strict=True):
        line.unit_price, line.price_origin = price.unit_price, price.origin
        line.discount = line.discount or price.discount


def _give_taxes(session: AnySession, lines: Sequence[tuple[Any, Any]]) -> None:
    """The company's tax, where it has only one."""
    for company_id in {order.company_id for order, _line in lines}:
        taxes = session.scalars(_TAXES, {"company": company_id}).all()
        for order, line in lines if len(taxes) == 1 else ():
            if order.company_id == company_id:
                line.tax_id = taxes[0]


def total(order: Any, rates: Mapping[int, Decimal]) -> None:
    """Sum the nets of the lines up, and tax them by these rates, as fractions by the id of the tax."""
    nets = ((line.net, line.tax_id) for line in order.lines)
    totals = totals_of(nets, rates, smallest_unit(order.currency_code))
    order.net, order.tax, order.total = totals.net, totals.tax, totals.total


def _numbers(session: AnySession, orders: Sequence[Any]) -> list[str]:
    groups: dict[tuple[int, int], list[int]] = {}
    for place, order in enumerate(orders):
        groups.setdefault((order.company_id, order.date.year), []).append(place)
    found: dict[int, str] = {}
    for (company_id, year), places in sorted(groups.items()):
        numbers = next_numbers(session, "sales.order", company_id, year, len(places))
        found.update(zip(places, numbers, strict=True))
    return [found[place] for place in range(len(orders))]


def _write(session: AnySession, drafts: Sequence[OrderDraft]) -> None:
    if not drafts:
        return
    order, line = m.SalesOrder.__table__, m.SalesOrderLine.__table__
    lines = [one for draft in drafts for one in draft.lines]
    order_ids, line_ids = reserve_many(session, {order: len(drafts), line: len(lines)})
    for draft, draft_id in zip(drafts, order_ids, strict=True):
        draft.id = draft_id
    for one, one_id in zip(lines, line_ids, strict=True):
        one.id = one_id
    m.SalesOrder._bulk(session, rows_of(order, drafts))
    m.SalesOrderLine._bulk(session, (row for draft in drafts for row in _line_rows(draft)))
    m.SalesSchedule._bulk(session, (row for one in lines for row in _schedule_rows(one)))
    record(session, "create", "sales.order", order_ids)


def _line_rows(draft: OrderDraft) -> Iterator[dict[str, Any]]:
    rows = rows_of(m.SalesOrderLine.__table__, draft.lines, order_id=draft.id, company_id=draft.company_id)
    for position, row in enumerate(rows, start=1):
        yield {**row, "position": position}


def _schedule_rows(line: Any) -> Iterator[dict[str, Any]]:
    for call in line.schedules:
        yield {"line_id": line.id, "date": call.date, "quantity": call.quantity}
