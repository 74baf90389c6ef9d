"""Complete orders by what they leave open, compute them, number them and write them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from addons.accounting.amounts import price as price_line
from addons.accounting.amounts import totals_of
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import rows_of
from addons.accounting.services.window import why_impossible
from addons.products.services.units import why_not_whole
from addons.stock.services.orders.prices import Asked, Price
from addons.stock.services.orders.sides import Side
from core.clock import today
from core.db import AnySession, smallest_unit
from core.db.locks import FEW, keep_plans
from core.i18n import _, format_date
from core.records.sequences import numbers_and_ids
from core.sayings import say
from core.security import acts
from core.security.audit import record

#: Days for which something may be promised: old orders are brought in, and frames run for years.
EARLIEST, PROMISED_AHEAD = date(1970, 1, 1), 10 * 366
_PARTS = text("""
    SELECT id, code, description, active, company_id, kind, unit, countable FROM product WHERE id = ANY(:ids)
""")


def create(session: AnySession, side: Side, orders: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records, and number them; returns their ids. Raises the side's error."""
    acts.require(session, side.write)
    compute(session, side, orders)
    drafts = [order for order in orders if isinstance(order, side.draft)]
    lines = [line for draft in drafts for line in draft.lines]
    series = [(side.name, order.company_id, order.date.year) for order in orders]
    counts = {side.cls.__table__: len(drafts), side.line_cls.__table__: len(lines)}
    numbers, (order_ids, line_ids) = numbers_and_ids(session, series, counts)
    for order, number in zip(orders, numbers, strict=True):
        order.number = number
    for one, one_id in zip((*drafts, *lines), (*order_ids, *line_ids), strict=True):
        one.id = one_id
    _write(session, side, drafts)
    session.add_all(order for order in orders if not isinstance(order, side.draft))
    session.flush()
    return [order.id for order in orders]


def write_open(session: AnySession, side: Side, order: Any, was: Mapping[str, Any]) -> None:
    """Compute an order that its form has written and nobody has confirmed.

    Unless only the reason to let it go was typed, `was`, it is another one by now: what held it is asked anew
    when it is confirmed, and its papers are made anew.
    """
    why = side.released[0]
    side.cls.compute(session, [order])
    if not was or set(was) - {why}:
        order.hold = ""
        order.revision = (order.revision or 0) + 1


def compute(session: AnySession, side: Side, orders: Sequence[Any]) -> None:
    """Complete orders and set their amounts; raises the side's error."""
    if len(orders) < FEW:
        keep_plans(session)
    with session.no_autoflush:  # a line without its net is not ready for the database
        partners = _partners(session, side, orders)
        for order in orders:
            partner = _own(partners.get(order.partner_id), order)
            side.complete(session, order, partner)
            order.date = order.date or today()
            order.currency_code = order.currency_code or partner.currency
        books = _books(session, orders)
        _refuse_days(side, orders, books)
        _complete_lines(session, side, [(o, line) for o in orders for line in o.lines], partners)
        _total(orders, books)


def _books(session: AnySession, orders: Sequence[Any]) -> dict[int, Books]:
    return {company_id: books_of(session, company_id) for company_id in {o.company_id for o in orders}}


def _refuse_days(side: Side, orders: Sequence[Any], books: Mapping[int, Books]) -> None:
    """Days that nobody means: a paper for each is numbered by its year."""
    for order in orders:
        if problem := why_impossible(books[order.company_id], order.date):
            raise side.error(problem)
        calls = [c.date for x in order.lines for c in x.schedules] if isinstance(order, side.draft) else ()
        for day in (order.promised, *(line.promised for line in order.lines), *calls):
            refuse_promise(side, day)


def refuse_promise(side: Side, day: date | None) -> None:
    """Refuse a day that nothing can be promised for; raises the side's error."""
    if day is not None and not EARLIEST <= day <= today() + timedelta(days=PROMISED_AHEAD):
        raise side.error(_("Nothing is promised for %(day)s: correct the date.", day=format_date(day)))


def _partners(session: AnySession, side: Side, orders: Iterable[Any]) -> Mapping[int, Any]:
    ids = sorted({order.partner_id for order in orders if order.partner_id is not None})
    return side.partners(session, ids) if ids else {}


def _own(row: Any, order: Any) -> Any:
    return row if row is not None and row.company_id == order.company_id else None


def complete_lines(session: AnySession, side: Side, lines: Sequence[tuple[Any, Any]]) -> None:
    """Refuse lines that can't be ordered; give them description, price and what the side knows."""
    _complete_lines(session, side, lines, _partners(session, side, (order for order, _line in lines)))


def _complete_lines(
    session: AnySession, side: Side, lines: Sequence[tuple[Any, Any]], partners: Mapping[int, Any]
) -> None:
    ids = sorted({line.product_id for _order, line in lines if line.product_id is not None})
    parts = {row.id: row for row in session.execute(_PARTS, {"ids": ids})} if ids else {}
    for order, line in lines:
        _refuse(side, order, line, parts.get(line.product_id))
        if line.product_id is not None and not line.description:
            line.description = parts[line.product_id].description
    side.complete_lines(session, lines, partners)
    _price(session, side, lines)


def _refuse(side: Side, order: Any, line: Any, part: Any) -> None:
    if line.quantity is None or line.quantity <= 0:
        raise side.error(str(side.words.no_quantity))
    if line.product_id is not None and (part is None or part.company_id != order.company_id):
        raise side.error(_("There is no such part: choose one of the list."))
    calls = [call.quantity for call in line.schedules] if isinstance(order, side.draft) else ()
    if why := why_not_whole(part, line.quantity, *calls):
        raise side.error(why)


def _price(session: AnySession, side: Side, lines: Sequence[tuple[Any, Any]]) -> None:
    """Price lines without a price; one that a form has filled in says again where it comes from."""
    kept = side.line_cls
    lines = [(order, line) for order, line in lines if _asks(line, kept)]
    if not lines:
        return
    asked = [
        Asked(o.partner_id, x.product_id, x.quantity, o.currency_code, o.date, id(o), o.id or 0)
        for o, x in lines
    ]
    for (_order, line), price in zip(lines, side.cls.price_lines(session, asked), strict=True):
        if line.unit_price is None:
            line.unit_price, line.price_origin = price.unit_price, price.origin
            line.discount = line.discount or price.discount
        else:
            line.price_origin = origin_of(line.unit_price, price)


def is_untold(row: Any) -> bool:
    """Whether a line came back with its price and nobody changed it since: where it is from is told anew."""
    told = row.changed or row.get("price_origin")
    return not told and row.get("unit_price") is not None and bool(row.get("product_id"))


def origin_of(unit_price: Any, price: Price) -> str:
    """Where a price comes from that stands on a line: whoever wrote another one typed it."""
    return price.origin if unit_price == price.unit_price else say("typed")


def _asks(line: Any, kept: type[Any]) -> bool:
    """Drafts of programs say themselves where their price comes from."""
    if line.product_id is None:
        return False
    return line.unit_price is None or (isinstance(line, kept) and not line.price_origin)


def total(session: AnySession, orders: Sequence[Any]) -> None:
    """Price the lines, sum them up, and tax them as the company does."""
    _total(orders, _books(session, orders))


def _total(orders: Sequence[Any], books: Mapping[int, Books]) -> None:
    for order in orders:
        own, unit = books[order.company_id].tax_rules, smallest_unit(order.currency_code)
        for line in order.lines:
            price_line(line, unit, own)
        lines = ((line.net, line.tax_id, line.tax_within) for line in order.lines)
        totals = totals_of(lines, own, unit)
        order.net, order.tax, order.total = totals.net, totals.tax, totals.total


def _write(session: AnySession, side: Side, drafts: Sequence[Any]) -> None:
    if not drafts:
        return
    order, line = side.cls.__table__, side.line_cls.__table__
    side.cls._bulk(session, rows_of(order, drafts))
    side.line_cls._bulk(session, (row for draft in drafts for row in _line_rows(line, draft)))
    calls = (row for draft in drafts for one in draft.lines for row in _schedule_rows(one))
    side.schedule_cls._bulk(session, calls)
    record(session, "create", side.name, [draft.id for draft in drafts])


def _line_rows(table: Any, draft: Any) -> Iterator[dict[str, Any]]:
    rows = rows_of(table, draft.lines, order_id=draft.id, company_id=draft.company_id)
    for position, row in enumerate(rows, start=1):
        yield {**row, "position": position}


def _schedule_rows(line: Any) -> Iterator[dict[str, Any]]:
    for call in line.schedules:
        yield {"line_id": line.id, "date": call.date, "quantity": call.quantity}
