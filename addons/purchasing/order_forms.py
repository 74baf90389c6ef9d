"""What the forms of purchase orders do: acts, what follows from what is typed, what an order comes to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from addons.accounting.services.entry import amounts_of, of_parts
from addons.products.services.quantities import hint_of
from addons.purchasing.services import asking, buying, comparing, landed, naming, pricing, progress, receiving
from addons.purchasing.services.buying import BUYING
from addons.purchasing.services.prices import steps_of
from addons.stock.services.orders import changing, telling, writing
from addons.stock.services.orders.prices import Asked
from core import m
from core.clock import today
from core.db import db, round_money
from core.i18n import _, _l, format_money, ngettext
from core.sayings import say
from core.screens import Derived, Fact, Mark, Typed
from core.security.actor import actor_of
from core.security.rights import current_actor

STATES = {
    "request": _l("Request for quotation"),
    "confirmed": _l("Confirmed"),
    "done": _l("Done"),
    "cancelled": _l("Cancelled"),
}
TRANSFERS = {"receipt": _l("Receipt"), "return": _l("Return")}
BILLS = {"bill": _l("Bill"), "credit_note": _l("Credit note")}
TRANSFER_STATES = {"draft": _l("Draft"), "done": _l("Done"), "cancelled": _l("Cancelled")}


def is_request(order: Any) -> bool:
    """Whether it can be changed in its form."""
    return bool(order.state == "request")


def is_ordered(order: Any) -> bool:
    """Whether the supplier was told yes."""
    return bool(order is not None and order.state in ("confirmed", "done"))


def is_held(order: Any) -> bool:
    """Whether it waits for somebody who may approve it."""
    return bool(order is not None and order.hold)


def has_rest(order: Any) -> bool:
    """Whether something is still to come."""
    return bool(order.state == "confirmed") and any(line.open_quantity for line in order.lines)


def can_confirm(order: Any) -> bool:
    """Whether nothing holds it, and each line has a price."""
    priced = bool(order.lines) and all(line.unit_price is not None for line in order.lines)
    return is_request(order) and not order.hold and priced


def can_receive(order: Any) -> bool:
    """Whether something is still to come that has not come and waits for its inspection, or to be done."""
    if order.hold or not has_rest(order):
        return False
    if any(x.open_quantity and (x.product is None or x.product.kind != "goods") for x in order.lines):
        return True
    return bool(receiving.open_receipts(db.session, [order.id]))


def can_bill(order: Any) -> bool:
    """Whether more of it has come, or less is kept, than is billed."""
    return is_ordered(order) and any(x.received - x.returned != x.billed for x in order.lines)


def can_return(order: Any) -> bool:
    """Whether something has come that is not back or on its way."""
    return is_ordered(order) and bool(m.PurchasingOrder.returnable(db.session, order.id))


def can_cancel(order: Any) -> bool:
    """Whether nothing has happened yet that can't be undone."""
    begun = any(line.received or line.billed for line in order.lines)
    return order.state in ("request", "confirmed") and not begun


def defaults(session: Any) -> dict[str, Any]:
    """A request of today, in the company's currency, by whoever writes it."""
    actor = actor_of(session)
    company = session.get(m.Company, actor.company_id)
    return {"date": today(), "currency_code": company.currency_code, "buyer_id": actor.user_id}


def save(session: Any, order: Any, was: Mapping[str, Any]) -> None:
    """Compute a request; whether it needs an approval is asked again when it is confirmed."""
    if is_request(order):
        writing.write_open(session, BUYING, order, was)


def derive(session: Any, values: Typed, lines: Mapping[str, Sequence[Typed]]) -> Derived:
    """What follows from a supplier, from the parts and quantities of the lines, and from all amounts."""
    rows = lines.get("lines", ())
    found = _of_supplier(session, values.get("partner_id")) if "partner_id" in values.changed else {}
    currency = found.get("currency_code") or values.get("currency_code") or ""
    made = _made(session, values, rows, currency)
    nets, totals = amounts_of(
        session, [{**row, **more} for row, more in zip(rows, made, strict=True)], currency
    )
    answered = [{**more, "net": net} for more, net in zip(made, nets, strict=True)]
    amounts = {"net": totals.net, "tax": totals.tax, "total": totals.total}
    marks = _marks(session, values.get("partner_id"), rows)
    return Derived({**found, **amounts}, {"lines": answered}, {"lines": marks})


def _marks(session: Any, supplier: int | None, rows: Sequence[Typed]) -> list[dict[str, Mark]]:
    """What the supplier sells of each part: not below its least, in its steps."""
    terms = steps_of(session, supplier, [row["product_id"] for row in rows if row.get("product_id")])
    hints = [hint_of(row.get("quantity"), *terms.get(row.get("product_id") or 0, ())) for row in rows]
    return [{"quantity": Mark(hint.note, hint.tone, hint.offer)} for hint in hints]


def _of_supplier(session: Any, partner_id: int | None) -> dict[str, Any]:
    partner = session.get(m.Partner, partner_id) if partner_id else None
    return {"currency_code": partner.currency_code or partner.company.currency_code} if partner else {}


def _made(session: Any, values: Typed, rows: Sequence[Typed], currency: str) -> list[dict[str, Any]]:
    """Description and price of lines whose part or quantity is new; a price that was typed stays."""
    chosen = [row["product_id"] for row in rows if "product_id" in row.changed and row.get("product_id")]
    parts = of_parts(session, chosen)
    made = [_described(parts, row) if "product_id" in row.changed else {} for row in rows]
    for row, more in zip(rows, made, strict=True):
        if "unit_price" in row.changed and row.get("unit_price") is not None:
            more["price_origin"] = say("typed")
    opens = not values.changed and not any(row.changed for row in rows)
    asking_rows = [n for n, row in enumerate(rows) if _asks_price(row) or (opens and writing.is_untold(row))]
    if values.get("partner_id") and values.get("date") and asking_rows:
        asked = [_asked(values, rows[n], currency) for n in asking_rows]
        for n, price in zip(asking_rows, m.PurchasingOrder.price_lines(session, asked), strict=True):
            if writing.is_untold(rows[n]):
                made[n]["price_origin"] = writing.origin_of(rows[n]["unit_price"], price)
            elif price.unit_price is not None:
                found = {"unit_price": price.unit_price, "price_origin": price.origin}
                made[n].update(found, discount=price.discount)
    return made


def _described(parts: Mapping[int, Mapping[str, Any]], row: Typed) -> dict[str, Any]:
    found = parts.get(row["product_id"])
    return {"description": found["description"]} if found else {}


def _asked(values: Typed, row: Typed, currency: str) -> Asked:
    quantity = row.get("quantity") or Decimal(1)
    own = values.record.id if values.record else 0
    return Asked(values["partner_id"], row["product_id"], quantity, currency, values["date"], own=own)


def _asks_price(row: Typed) -> bool:
    if not row.get("product_id") or "unit_price" in row.changed:
        return False
    return "product_id" in row.changed or (
        "quantity" in row.changed and row.get("price_origin") != _("typed")
    )


def confirm(session: Any, order: Any) -> str:
    """Confirm one order from its form; says why it is held. An answer to an inquiry is accepted."""
    accept = m.PurchasingInquiry.accept if order.inquiry_id else m.PurchasingOrder.confirm
    held = accept(session, [order])
    if held:
        return _("%(number)s is held. %(why)s", number=order.number, why=held[order.id])
    return _("%(number)s is confirmed, and its goods are expected.", number=order.number)


def ask_to_confirm(order: Any) -> str:
    """What confirming asks: over how much, from whom, and what will hold it or be given up."""
    words = _(
        "Order %(number)s over %(total)s from %(partner)s?",
        number=order.number,
        total=format_money(order.total, order.currency_code),
        partner=order.partner.name,
    )
    held = buying.holds_of(db.session, [order]).get(order.id)
    if held:
        words += " " + _("It will be held: %(why)s", why=held)
    others = asking.others_of(db.session, order)
    if others:
        words += " " + _("These requests are given up: %(numbers)s.", numbers=", ".join(others))
    return words


def approve(session: Any, order: Any) -> str:
    """Approve one order that is held, for the reason that stands on it."""
    m.PurchasingOrder.approve(session, [order], order.approval_reason)
    return _("%(number)s is approved and confirmed.", number=order.number)


def receive(session: Any, order: Any) -> str:
    """Take in all that one order still has to bring, today."""
    made = [session.get(m.StockTransfer, key) for key in m.PurchasingOrder.receive(session, [order])]
    if not made:
        return _("The services are done.")
    numbers = ", ".join(transfer.number for transfer in made)
    if any(transfer.inspection == "waiting" for transfer in made):
        return _("%(numbers)s has come, and waits for its inspection.", numbers=numbers)
    return _("%(numbers)s is done.", numbers=numbers)


def bill(session: Any, order: Any) -> str:
    """Write the draft of one order's bill: whoever has the supplier's paper completes it."""
    made = m.PurchasingOrder.bill(session, [order])
    return ngettext(
        "The draft of its bill is written: compare it with the supplier's paper, and post it.",
        "The drafts of its bill and credit note are written: compare them with the supplier's papers.",
        len(made),
    )


def cancel_rest(session: Any, order: Any) -> str:
    """Give up what one order still has to bring."""
    m.PurchasingOrder.cancel_rest(session, [order])
    return _("The rest of %(number)s is cancelled.", number=order.number)


def cancel(session: Any, order: Any) -> str:
    """Give one order up."""
    m.PurchasingOrder.cancel(session, [order])
    return _("%(number)s is cancelled.", number=order.number)


def reopen(session: Any, order: Any) -> str:
    """Turn one cancelled order into a request."""
    m.PurchasingOrder.reopen(session, [order])
    return _("%(number)s is a request again.", number=order.number)


def amend_line(session: Any, line: Any, was: Mapping[str, Any]) -> None:
    """Change a line of a confirmed order by the act, which leaves a trace, and not by the form alone."""
    changing.amend_line(session, BUYING, line, was)


def facts(session: Any, order: Any) -> list[Fact]:
    """What holds an order, what of it is received, billed and open, and the inquiry that it answers."""
    found = _progress(session, order) if order.state != "request" else []
    if order.hold:
        found.insert(0, Fact(_l("Held"), text=order.hold, tone="bad"))
    if order.inquiry_id:
        link = f"/m/purchasing.inquiry.form/{order.inquiry_id}"
        found.append(Fact(_l("Inquiry"), text=order.inquiry.number, link=link))
    return found


def _progress(session: Any, order: Any) -> list[Fact]:
    sums, currency = progress.sums_of(session, order.id), order.currency_code
    return [
        Fact(_l("Ordered"), sums["ordered"], currency),
        Fact(_l("Received"), round_money(sums["received"], currency), currency),
        Fact(_l("Billed"), round_money(sums["billed"], currency), currency),
        Fact(
            _l("To receive"),
            round_money(sums["open"], currency),
            currency,
            tone="" if sums["open"] else "good",
        ),
    ]


def progress_part(session: Any, order: Any) -> dict[str, Any]:
    """The lines with what became of them, receipts, changes."""
    names = {"kinds": BILLS, "transfers": TRANSFERS, "transfer_states": TRANSFER_STATES}
    bills = progress.bills_of(session, order.id) if current_actor().may("accounting.read_bills") else ()
    changes = telling.changes_of(session, BUYING, order)
    found = progress.progress_of(session, order.id)
    return {"progress": found, "bills": bills, "changes": changes, "today": today(), **names}


def facts_of_partner(session: Any, partner: Any) -> list[Fact]:
    """The orders of a supplier, and the page on which its goods are received."""
    if not partner.is_supplier or not current_actor().may("purchasing.read"):
        return []
    listed = f"f.partner_id={partner.id}"
    found = [
        Fact(_l("Purchase orders"), text=_("Show"), link=f"/m/purchasing.order.list?{listed}"),
        Fact(_l("Suppliers' terms"), text=_("Show"), link=f"/m/purchasing.supplier_part.list?{listed}"),
    ]
    if current_actor().may("purchasing.receive"):
        found.append(Fact(_l("Goods"), text=_("Receive"), link=f"/purchasing/receive/{partner.id}"))
    return found


def facts_of_bill(session: Any, bill: Any) -> list[Fact]:
    """The orders that a bill is for."""
    if not current_actor().may("purchasing.read"):
        return []
    rows = progress.orders_of_bill(session, bill.id)
    return [
        Fact(_l("Purchase order"), text=row.number, link=f"/m/purchasing.order.form/{row.id}")
        for row in rows[:12]
    ]


def compared(session: Any, bill: Any) -> dict[str, Any]:
    """The lines of a draft beside what was ordered, for whoever may see that; and what it leaves accrued."""
    if not current_actor().may("purchasing.read"):
        return {"lines": (), "accrued": ()}
    of = (bill.partner_id, bill.company_id, bill.currency_code)
    accrued = naming.accrued_of(session, *of) if bill.kind == "bill" else ()
    return {"lines": comparing.compare(session, bill.id), "accrued": accrued}


def facts_of_transfer(session: Any, transfer: Any) -> list[Fact]:
    """The orders that a receipt is for, and what has to be said of it."""
    if not current_actor().may("purchasing.read"):
        return []
    rows = progress.orders_of_transfer(session, transfer.id)
    found = [
        Fact(_l("Purchase order"), text=row.number, link=f"/m/purchasing.order.form/{row.id}")
        for row in rows[:12]
    ]
    if transfer.inspection == "waiting":
        link = f"/purchasing/inspect/{transfer.id}" if current_actor().may("purchasing.receive") else ""
        found.append(Fact(_l("Inspection"), text=_("Say what has passed"), link=link, tone="bad"))
    elif transfer.state == "draft" and pricing.is_unseen(session, transfer.id):
        said = _("Receive it on its order, and say what has passed")
        found.append(Fact(_l("Inspection"), text=said))
    found += [
        Fact(
            _l("Landed cost"), text=row.number or _("Draft"), link=f"/m/purchasing.landed_cost.form/{row.id}"
        )
        for row in landed.costs_of_transfer(session, transfer.id)
    ]
    return found
