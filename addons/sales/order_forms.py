"""What the forms of orders do: their acts, what follows from what is typed, what an order comes to."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.accounting.services.entry import amounts_of, of_parts
from addons.products.services.quantities import Hint, hint_of
from addons.sales.services import entry, hints, holds, progress
from addons.sales.services.selling import SELLING
from addons.stock.services.orders import changing, telling, writing
from addons.stock.services.orders.prices import Price
from core import m
from core.clock import today
from core.db import db, round_money
from core.i18n import _, _l, format_money, format_number
from core.sayings import say
from core.screens import Derived, Fact, Mark, Typed
from core.security.actor import actor_of
from core.security.rights import current_actor

STATES = {
    "quotation": _l("Quotation"),
    "confirmed": _l("Confirmed"),
    "done": _l("Done"),
    "cancelled": _l("Cancelled"),
}
INVOICING = {"delivery": _l("By delivery"), "order": _l("By order"), "period": _l("By period")}
TRANSFERS = {"delivery": _l("Delivery"), "return": _l("Return")}
TRANSFER_STATES = {"draft": _l("Draft"), "done": _l("Done"), "cancelled": _l("Cancelled")}
INVOICES = {"invoice": _l("Invoice"), "credit_note": _l("Credit note")}
#: How long a quotation holds that says nothing else.
VALID = timedelta(days=30)


def is_quotation(order: Any) -> bool:
    """Whether it can be changed in its form."""
    return bool(order.state == "quotation")


def is_open(order: Any) -> bool:
    """Whether something is still to happen to it."""
    return bool(order.state == "confirmed")


def is_ordered(order: Any) -> bool:
    """Whether a customer has said yes."""
    return bool(order is not None and order.state in ("confirmed", "done"))


def can_deliver(order: Any) -> bool:
    """Whether something of it is reserved, or a service to be done."""
    if order.hold or not is_open(order):
        return False
    if any(x.open_quantity and (x.product is None or x.product.kind != "goods") for x in order.lines):
        return True
    move, line = m.StockMove, m.SalesOrderLine
    reserved = select(move.id).join(line, line.id == move.order_line_id)
    reserved = reserved.where(line.order_id == order.id, move.state == "reserved", move.returns_id.is_(None))
    return db.session.scalar(reserved.limit(1)) is not None


def can_invoice(order: Any) -> bool:
    """Whether more of it has moved, or was ordered where that counts, than is invoiced."""
    return (
        is_open(order)
        and not order.hold
        and any(_due(order, x) > x.invoiced - x.credited for x in order.lines)
    )


def _due(order: Any, line: Any) -> Decimal:
    if order.invoicing == "order":
        return Decimal(line.quantity - line.cancelled - line.returned)
    return Decimal(line.delivered - line.returned)


def can_credit(order: Any) -> bool:
    """Whether something that is invoiced has come back."""
    return is_open(order) and any(_due(order, x) < x.invoiced - x.credited for x in order.lines)


def can_return(order: Any) -> bool:
    """Whether something has gone that is not back or on its way."""
    return is_ordered(order) and bool(m.SalesOrder.returnable(db.session, order.id))


def has_rest(order: Any) -> bool:
    """Whether something is still to go."""
    return is_open(order) and any(line.open_quantity for line in order.lines)


def can_cancel(order: Any) -> bool:
    """Whether nothing has happened yet that can't be undone."""
    begun = any(line.delivered or line.invoiced > line.credited for line in order.lines)
    return order.state in ("quotation", "confirmed") and not begun


def is_held(order: Any) -> bool:
    """Whether it waits for somebody who may release it."""
    return bool(order is not None and order.hold)


def defaults(session: Any) -> dict[str, Any]:
    """A quotation of today, in the company's currency, by whoever writes it."""
    actor = actor_of(session)
    company = session.get(m.Company, actor.company_id)
    return {
        "date": today(),
        "valid_until": today() + VALID,
        "currency_code": company.currency_code,
        "salesperson_id": actor.user_id,
    }


def save(session: Any, order: Any, was: Mapping[str, Any]) -> None:
    """Compute a quotation; what held it before is asked again when it is confirmed."""
    if is_quotation(order):
        writing.write_open(session, SELLING, order, was)
        entry.tell_availability(session, order.lines)


def derive(session: Any, values: Typed, lines: Mapping[str, Sequence[Typed]]) -> Derived:
    """What follows from a customer, from the parts and quantities of the lines, and from all amounts."""
    rows = lines.get("lines", ())
    found = entry.of_customer(session, values.get("partner_id")) if "partner_id" in values.changed else {}
    currency = found.get("currency_code") or values.get("currency_code") or ""
    made = _made(session, values, rows, currency)
    full = [{**row, **more} for row, more in zip(rows, made, strict=True)]
    nets, totals = amounts_of(session, full, currency)
    stock = entry.availability_texts(session, [(row.get("product_id"), row.get("quantity")) for row in full])
    answered = [
        {**more, "net": net, "availability": words}
        for more, net, words in zip(made, nets, stock, strict=True)
    ]
    amounts = {"net": totals.net, "tax": totals.tax, "total": totals.total}
    marks = _marks(session, {**values, "currency_code": currency}, full, nets)
    return Derived({**found, **amounts}, {"lines": answered}, {"lines": marks})


def _marks(
    session: Any, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], nets: Sequence[Decimal]
) -> list[dict[str, Mark]]:
    """What is said of quantities and prices; what a line earns only to those who may know."""
    parts = hints.parts_of(session, [row["product_id"] for row in rows if row.get("product_id")])
    may = current_actor().may("sales.margin") and bool(parts)
    company_id, currency = actor_of(session).company_id or 0, values["currency_code"]
    rate = hints.rate_of(session, company_id, currency, values.get("date")) if may else None
    marks = []
    for row, net in zip(rows, nets, strict=True):
        part = parts.get(row.get("product_id") or 0)
        said = (part.moq, part.multiple, part.pack, part.pack_name) if part is not None else ()
        quantity = hint_of(row.get("quantity"), *said)
        earned = hints.of_margin(part, row.get("quantity"), net, rate) if may else Hint()
        marks.append(
            {
                "quantity": Mark(quantity.note, quantity.tone, quantity.offer),
                "unit_price": Mark(earned.note, earned.tone),
            }
        )
    return marks


def _made(session: Any, values: Typed, rows: Sequence[Typed], currency: str) -> list[dict[str, Any]]:
    """Description, tax and price of lines whose part or quantity is new; a price that was typed stays."""
    chosen = [row["product_id"] for row in rows if "product_id" in row.changed and row.get("product_id")]
    parts = of_parts(session, chosen)
    made = [dict(parts.get(row["product_id"], {})) if "product_id" in row.changed else {} for row in rows]
    for row, more in zip(rows, made, strict=True):
        if "unit_price" in row.changed and row.get("unit_price") is not None:
            more["price_origin"] = say("typed")
    opens = not values.changed and not any(row.changed for row in rows)
    asking = [n for n, row in enumerate(rows) if _asks_price(row) or (opens and writing.is_untold(row))]
    if values.get("partner_id") and values.get("date") and asking:
        asked = [(rows[n]["product_id"], rows[n].get("quantity") or Decimal(1)) for n in asking]
        own = values.record.id if values.record else 0
        prices = entry.prices_of(session, values["partner_id"], currency, values["date"], asked, own)
        for n, price in zip(asking, prices, strict=True):
            made[n].update(_origin(rows[n], price) if writing.is_untold(rows[n]) else price)
    return made


def _origin(row: Typed, price: Mapping[str, Any]) -> dict[str, str]:
    found = Price(price.get("unit_price"), price.get("price_origin", ""))
    return {"price_origin": writing.origin_of(row["unit_price"], found)}


def _asks_price(row: Typed) -> bool:
    if not row.get("product_id") or "unit_price" in row.changed:
        return False
    return "product_id" in row.changed or (
        "quantity" in row.changed and row.get("price_origin") != _("typed")
    )


def confirm(session: Any, order: Any) -> str:
    """Confirm one order from its form; says what is short, or why it is held."""
    held = m.SalesOrder.confirm(session, [order])
    if held:
        return _("%(number)s is held. %(why)s", number=order.number, why=held[order.id])
    lacking = sum(m.SalesOrder.short_lines(session, [order]).values(), Decimal(0))
    if lacking:
        return _(
            "%(number)s is confirmed; %(short)s pieces are short, the rest is reserved.",
            number=order.number,
            short=format_number(lacking),
        )
    return _("%(number)s is confirmed, and everything is reserved.", number=order.number)


def ask_to_confirm(order: Any) -> str:
    """What confirming asks: over how much, for whom, and what will hold it."""
    words = _(
        "Confirm %(number)s over %(total)s for %(partner)s?",
        number=order.number,
        total=format_money(order.total, order.currency_code),
        partner=order.partner.name,
    )
    held = holds.holds_of(db.session, [order.id]).get(order.id)
    if held:
        words += " " + _("It will be held: %(why)s", why=held)
    odd = [
        _("line %(line)s (%(why)s)", line=position, why=why)
        for position, why in sorted(hints.odd_of(db.session, order).items())
    ]
    if odd:
        words += " " + _("Not sold in such quantities: %(lines)s.", lines=", ".join(odd))
    words += _warnings(order)
    used = entry.used_before(db.session, order)
    if used:
        words += " " + _("Their order number stands on %(number)s too.", number=used)
    return words


def _warnings(order: Any) -> str:
    """What is short, and for whoever may see costs what is sold below them."""
    asked = [(line.id, line.product_id, line.quantity) for line in order.lines]
    short = sum(entry.lacking(db.session, asked).values())
    words = " " + _("%(short)s pieces are short.", short=format_number(short)) if short else ""
    below = hints.below_cost(db.session, order) if current_actor().may("sales.margin") else []
    if below:
        words += " " + _("Sold below cost: line %(lines)s.", lines=", ".join(map(format_number, below)))
    return words


def release(session: Any, order: Any) -> str:
    """Release one order that is held, for the reason that stands on it."""
    m.SalesOrder.release_hold(session, [order], order.release_reason)
    return _("%(number)s is released and confirmed.", number=order.number)


def reserve(session: Any, order: Any) -> str:
    """Reserve for one order what there is by now."""
    m.SalesOrder.reserve(session, [order])
    lacking = sum(m.SalesOrder.short_lines(session, [order]).values(), Decimal(0))
    if lacking:
        return _("%(quantity)s are lacking; the rest is reserved.", quantity=format_number(lacking))
    return _("Everything is reserved.")


def deliver(session: Any, order: Any) -> str:
    """Deliver what is reserved for one order, today."""
    done = m.SalesOrder.deliver(session, [order])
    if not done:
        return _("The services are done.")
    numbers = [session.get(m.StockTransfer, key).number for key in done]
    return _("%(numbers)s is done.", numbers=", ".join(numbers))


def invoice(session: Any, order: Any) -> str:
    """Invoice what is open of one order, today."""
    (made,) = m.SalesOrder.invoice(session, [order])
    return _("%(number)s is posted.", number=session.get(m.AccountingInvoice, made).number)


def credit(session: Any, order: Any) -> str:
    """Credit what has come back of one order, today."""
    (made,) = m.SalesOrder.credit(session, [order])
    return _("%(number)s is posted.", number=session.get(m.AccountingInvoice, made).number)


def cancel_rest(session: Any, order: Any) -> str:
    """Give up what one order still has to deliver."""
    m.SalesOrder.cancel_rest(session, [order])
    return _("The rest of %(number)s is cancelled.", number=order.number)


def cancel(session: Any, order: Any) -> str:
    """Give one order up."""
    m.SalesOrder.cancel(session, [order])
    return _("%(number)s is cancelled.", number=order.number)


def reopen(session: Any, order: Any) -> str:
    """Turn one cancelled order into a quotation."""
    m.SalesOrder.reopen(session, [order])
    return _("%(number)s is a quotation again.", number=order.number)


def amend_line(session: Any, line: Any, was: Mapping[str, Any]) -> None:
    """Change a line of a confirmed order by the act, which leaves a trace, and not by the form alone."""
    changing.amend_line(session, SELLING, line, was)


def facts(session: Any, order: Any) -> list[Fact]:
    """What of an order is delivered, invoiced and open; what it earns for those who may see it."""
    sums, currency = progress.sums_of(session, order.id), order.currency_code
    found = [
        Fact(_l("Ordered"), sums["ordered"], currency),
        Fact(_l("Delivered"), round_money(sums["delivered"], currency), currency),
        Fact(_l("Invoiced"), round_money(sums["invoiced"], currency), currency),
        Fact(
            _l("To deliver"),
            round_money(sums["open"], currency),
            currency,
            tone="" if sums["open"] else "good",
        ),
    ]
    if order.hold:
        found.insert(0, Fact(_l("Held"), text=order.hold, tone="bad"))
    return found + _margin(session, order)


def _margin(session: Any, order: Any) -> list[Fact]:
    if not current_actor().may("sales.margin") or order.currency_code != order.company.currency_code:
        return []
    known = progress.margin_of(session, order.id)
    if known is None:
        return []
    net, cost = known
    part = _("%(part)s %%", part=format_number(round(100 * (net - cost) / net, 1))) if net else ""
    found = [Fact(_l("Margin"), round_money(net - cost, order.currency_code), order.currency_code)]
    other = sum((line.net for line in order.lines if line.product_id is None), Decimal(0))
    if not other:
        return [*found, Fact(_l("Of net"), text=part)]
    # What names no part has no cost: it is left out of both, and said.
    return [
        *found,
        Fact(_l("Of the goods' net"), text=part),
        Fact(_l("Besides goods"), other, order.currency_code),
    ]


def progress_part(session: Any, order: Any) -> dict[str, Any]:
    """The lines with what became of them, deliveries, invoices, changes."""
    found = progress.progress_of(session, order.id, with_invoices=current_actor().may("accounting.read"))
    names = {
        "transfers": TRANSFERS,
        "transfer_states": TRANSFER_STATES,
        "invoices": INVOICES,
    }
    changes = telling.changes_of(session, SELLING, order)
    return {"progress": found, "changes": changes, "today": today(), **names}


def facts_of_partner(session: Any, partner: Any) -> list[Fact]:
    """The orders of a customer."""
    if not current_actor().may("sales.read"):
        return []
    listed = f"f.partner_id={partner.id}"
    found = [
        Fact(_l("Orders"), text=_("Show"), link=f"/m/sales.order.list?{listed}"),
        Fact(_l("Quotations"), text=_("Show"), link=f"/m/sales.quotation.list?{listed}"),
    ]
    if partner.credit_limit is not None:
        found.append(Fact(_l("Credit limit"), partner.credit_limit, partner.company_currency))
    return found


def facts_of_invoice(session: Any, invoice: Any) -> list[Fact]:
    """The orders that an invoice is for."""
    return _links(progress.orders_of_invoice(session, invoice.id))


def facts_of_transfer(session: Any, transfer: Any) -> list[Fact]:
    """The orders that a delivery is for."""
    return _links(progress.orders_of_transfer(session, transfer.id))


def _links(rows: Sequence[Any]) -> list[Fact]:
    if not current_actor().may("sales.read"):
        return []
    return [Fact(_l("Order"), text=row.number, link=f"/m/sales.order.form/{row.id}") for row in rows[:12]]
