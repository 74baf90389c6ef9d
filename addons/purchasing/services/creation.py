"""Write requests: complete what they leave open by what the supplier has agreed, and compute them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.amounts import line_net, totals_of
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import rows_of
from addons.purchasing.services.drafts import OrderDraft, OrderLineDraft
from addons.purchasing.services.errors import PurchasingError
from addons.purchasing.services.prices import Asked
from core import m
from core.clock import today
from core.db import AnySession, reserve_many, smallest_unit
from core.i18n import _
from core.records.sequences import next_numbers
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

WRITE = "purchasing.write"
_PARTNERS = text("""
    SELECT p.id, p.company_id, p.is_supplier, coalesce(p.currency_code, c.currency_code) AS currency,
           p.receipt_tolerance
      FROM partner p JOIN company c ON c.id = p.company_id WHERE p.id = ANY(:ids)
""")
_PARTS = text("SELECT id, code, description, active, company_id FROM product WHERE id = ANY(:ids)")
_NUMBERS = text("""
    SELECT DISTINCT ON (n.partner_id, n.product_id) n.partner_id, n.product_id, n.number
      FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[])) AS a (partner, product)
      JOIN product_part_number n ON n.partner_id = a.partner AND n.product_id = a.product
       AND n.kind = 'supplier'
     ORDER BY n.partner_id, n.product_id, n.id
""")


def create(session: AnySession, orders: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records, and number them; returns their ids. Raises PurchasingError."""
    acts.require(session, WRITE)
    compute(session, orders)
    for order, number in zip(orders, _order_numbers(session, orders), strict=True):
        order.number = number
    _write(session, [order for order in orders if isinstance(order, OrderDraft)])
    session.add_all(order for order in orders if not isinstance(order, OrderDraft))
    session.flush()
    return [order.id for order in orders]


def compute(session: AnySession, orders: Sequence[Any]) -> None:
    """Complete requests and set their amounts; raises PurchasingError."""
    with session.no_autoflush:  # a line without its net is not ready for the database
        partners = {row.id: row for row in _rows(session, _PARTNERS, (o.partner_id for o in orders))}
        buyer = actor_of(session).user_id
        for order in orders:
            _complete(order, partners.get(order.partner_id), buyer)
        complete_lines(session, [(order, line) for order in orders for line in order.lines])
        for order in orders:
            for line in order.lines:
                give_tolerance(line, partners[order.partner_id].receipt_tolerance)
        for company_id in {order.company_id for order in orders}:
            rates = books_of(session, company_id).tax_rates
            for order in orders:
                if order.company_id == company_id:
                    total(order, rates)


def _rows(session: AnySession, query: Any, ids: Iterable[int | None]) -> Sequence[Any]:
    wanted = sorted({i for i in ids if i is not None})
    return session.execute(query, {"ids": wanted}).all() if wanted else ()


def _complete(order: Any, partner: Any, buyer: int | None) -> None:
    if partner is None or partner.company_id != order.company_id or not partner.is_supplier:
        raise PurchasingError(_("There is no such supplier: choose one of the list."))
    order.date = order.date or today()
    order.currency_code = order.currency_code or partner.currency
    order.buyer_id = order.buyer_id or buyer


def complete_lines(session: AnySession, lines: Sequence[tuple[Any, Any]]) -> None:
    """Refuse lines that can't be ordered, and give them description, numbers, price and net."""
    parts = {row.id: row for row in _rows(session, _PARTS, (line.product_id for _o, line in lines))}
    for order, line in lines:
        _refuse(order, line, parts.get(line.product_id))
        if line.product_id is not None and not line.description:
            line.description = parts[line.product_id].description
    _give_numbers(session, [(o, x) for o, x in lines if not x.partner_number and x.product_id is not None])
    _give_prices(session, [(o, x) for o, x in lines if x.unit_price is None and x.product_id is not None])
    for order, line in lines:
        unit = smallest_unit(order.currency_code)
        line.net = line_net(line.quantity, line.unit_price or Decimal(0), unit, line.discount)


def _refuse(order: Any, line: Any, part: Any) -> None:
    if line.quantity is None or line.quantity <= 0:
        raise PurchasingError(_("Order a quantity above zero; what goes back is a return."))
    if line.product_id is None:
        return
    if part is None or part.company_id != order.company_id:
        raise PurchasingError(_("There is no such part: choose one of the list."))


def give_tolerance(line: Any, percent: Decimal) -> None:
    """How much more than ordered may come: what the draft says, else what the supplier may bring."""
    if not isinstance(line, OrderLineDraft) or line.tolerance is None:
        line.tolerance = tolerance_of(line.quantity, percent)


def tolerance_of(quantity: Decimal, percent: Decimal) -> Decimal:
    """So many percent of a quantity, in whole units: 5 % of 1,010 are 50."""
    return (quantity * percent / 100).to_integral_value(ROUND_DOWN)


def _give_numbers(session: AnySession, lines: Sequence[tuple[Any, Any]]) -> None:
    if not lines:
        return
    values = {"partners": [o.partner_id for o, _x in lines], "products": [x.product_id for _o, x in lines]}
    found = {(r.partner_id, r.product_id): r.number for r in session.execute(_NUMBERS, values)}
    for order, line in lines:
        line.partner_number = found.get((order.partner_id, line.product_id), "")


def _give_prices(session: AnySession, lines: Sequence[tuple[Any, Any]]) -> None:
    asked = [Asked(o.partner_id, x.product_id, x.quantity, o.currency_code, o.date, id(o)) for o, x in lines]
    for (_order, line), price in zip(lines, m.PurchasingOrder.price_lines(session, asked), strict=True):
        line.unit_price, line.price_origin = price.unit_price, price.origin
        line.discount = line.discount or price.discount


def total(order: Any, rates: Mapping[int, Decimal]) -> None:
    """Sum the nets of the lines up, and tax them by these rates, as fractions by the id of the tax."""
    nets = ((line.net, line.tax_id) for line in order.lines)
    totals = totals_of(nets, rates, smallest_unit(order.currency_code))
    order.net, order.tax, order.total = totals.net, totals.tax, totals.total


def _order_numbers(session: AnySession, orders: Sequence[Any]) -> list[str]:
    groups: dict[tuple[int, int], list[int]] = {}
    for place, order in enumerate(orders):
        groups.setdefault((order.company_id, order.date.year), []).append(place)
    found: dict[int, str] = {}
    for (company_id, year), places in sorted(groups.items()):
        numbers = next_numbers(session, "purchasing.order", company_id, year, len(places))
        found.update(zip(places, numbers, strict=True))
    return [found[place] for place in range(len(orders))]


def _write(session: AnySession, drafts: Sequence[OrderDraft]) -> None:
    if not drafts:
        return
    order, line = m.PurchasingOrder.__table__, m.PurchasingOrderLine.__table__
    lines = [one for draft in drafts for one in draft.lines]
    order_ids, line_ids = reserve_many(session, {order: len(drafts), line: len(lines)})
    for draft, draft_id in zip(drafts, order_ids, strict=True):
        draft.id = draft_id
    for one, one_id in zip(lines, line_ids, strict=True):
        one.id = one_id
    m.PurchasingOrder._bulk(session, rows_of(order, drafts))
    m.PurchasingOrderLine._bulk(session, (row for draft in drafts for row in _line_rows(draft)))
    record(session, "create", "purchasing.order", order_ids)


def _line_rows(draft: OrderDraft) -> Iterator[dict[str, Any]]:
    table = m.PurchasingOrderLine.__table__
    rows = rows_of(table, draft.lines, order_id=draft.id, company_id=draft.company_id)
    for position, row in enumerate(rows, start=1):
        yield {**row, "position": position}
