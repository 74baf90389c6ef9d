"""Request, order, change order and return note as documents, in the supplier's language."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.purchasing.services.buying import BUYING
from addons.stock.services.orders import telling
from core import m
from core.db import db, round_money
from core.documents import Delivery, Documents, Identity
from core.i18n import _, _l, format_date, format_money

documents = Documents()

ORDER, NOTE = "purchasing.order", "purchasing.return_note"


@dataclass(frozen=True)
class ReturnedLine:
    """A move that takes a receipt back, and what one unit of it was agreed to cost."""

    move: Any
    #: The move that brought it.
    brought: Any
    price: Decimal

    @property
    def currency(self) -> str:
        """The currency of the order."""
        return (self.brought.document_currency_code if self.brought is not None else None) or ""

    @property
    def order(self) -> str:
        """Our number of the order."""
        line = self.move.purchase_line
        return str(line.order.number) if line is not None else ""

    @property
    def credit(self) -> Decimal:
        """The credit that is expected for it."""
        return round_money(self.price * self.move.quantity, self.currency) if self.currency else Decimal(0)


def changes_of(order: Any) -> list[telling.Told]:
    """What was changed after it was confirmed: the supplier gets it as a change order."""
    if order.state in ("request", "cancelled"):
        return []
    return telling.changes_of(db.session, BUYING, order)


def title_of(order: Any) -> str:
    """What stands above the lines."""
    if order.state == "request":
        return _("Request for quotation")
    return _("Change order") if changes_of(order) else _("Purchase order")


def identity_of(order: Any) -> Identity:
    """What the PDF says of itself; an order that was changed since has another version."""
    since = order.confirmed_at or datetime(order.date.year, order.date.month, order.date.day, tzinfo=UTC)
    return Identity(ORDER, order.number, order.partner.code, since.astimezone(UTC), order.revision)


def facts(order: Any) -> list[tuple[str, str]]:
    """What stands beside the address."""
    found = [
        (_("Date"), format_date(order.date)),
        (_("Supplier no."), order.partner.code),
        (_("Currency"), order.currency_code),
    ]
    if order.reference:
        found.append((_("Your offer"), order.reference))
    inquiry = order.inquiry
    if order.state == "request" and inquiry is not None:
        found.append((_("Inquiry"), inquiry.number))
        if inquiry.answers_until:
            found.append((_("Answer until"), format_date(inquiry.answers_until)))
    if order.buyer is not None:
        found.append((_("Your contact"), order.buyer.name))
    return found


def context(order: Any) -> dict[str, Any]:
    """What the template names."""
    return {
        "company": order.company,
        "recipient": order.partner.postal_address,
        "title": title_of(order),
        "number": order.number or "",
        "facts": facts(order),
        "currency": order.currency_code,
        "amounts_with_tax": any(line.tax_within for line in order.lines),
        "with_prices": order.state != "request" or all(line.unit_price for line in order.lines),
        "changes": changes_of(order),
    }


def words(order: Any) -> dict[str, Any]:
    """What the mail template may name."""
    return {
        "title": title_of(order),
        "number": order.number,
        "partner": order.partner.name,
        "company": order.company.name,
        "date": format_date(order.date),
        "total": format_money(order.total, order.currency_code),
        "reference": order.reference,
        "is_request": order.state == "request",
    }


def is_live(order: Any) -> bool:
    """Whether papers of it go out: not while a change of it waits for an approval."""
    waits = order.hold and order.state != "request"
    return order.state != "cancelled" and bool(order.lines) and not waits


documents.define(
    ORDER,
    title=_l("Purchase order"),
    template="purchasing/order.html",
    filename=lambda order: f"{title_of(order)} {order.number}.pdf",
    context=context,
    slots=("after_header", "after_lines", "after_totals"),
    delivery=Delivery(
        identity=identity_of,
        locale=lambda order: order.partner.language,
        recipients=lambda order: order.partner.addresses_for("order"),
        mail=lambda order: ORDER,
        words=words,
        permission="purchasing.send",
        ready=is_live,
    ),
)


def goes_back(transfer: Any) -> bool:
    """Whether goods have gone back to their supplier by it."""
    is_done = transfer.state == "done" and transfer.partner is not None and transfer.kind == "return"
    return is_done and any(move.target.kind == "supplier" for move in transfer.moves)


def note_identity(transfer: Any) -> Identity:
    """What is done never changes, so it has one version."""
    made = datetime(transfer.date.year, transfer.date.month, transfer.date.day, tzinfo=UTC)
    return Identity(NOTE, transfer.number, transfer.partner.code, made)


def note_lines(transfer: Any) -> list[ReturnedLine]:
    """What goes back, with the receipt that brought it and the credit that is expected."""
    move = m.StockMove
    query = select(move).where(move.transfer_id == transfer.id, move.state == "done")
    loaded = joinedload(move.product), joinedload(move.lot), joinedload(move.purchase_line)
    moves = db.session.scalars(query.options(*loaded).order_by(move.position, move.id)).all()
    first = select(move).where(move.id.in_([one.returns_id for one in moves]))
    brought = {one.id: one for one in db.session.scalars(first.options(joinedload(move.transfer)))}
    prices = move.agreed_prices(db.session, sorted(brought))
    return [
        ReturnedLine(one, brought.get(one.returns_id or 0), prices.get(one.returns_id or 0) or Decimal(0))
        for one in moves
    ]


def note_context(transfer: Any) -> dict[str, Any]:
    """What the template names."""
    lines = note_lines(transfer)
    currencies = {line.currency for line in lines}
    orders = dict.fromkeys(line.order for line in lines if line.order)
    return {
        "company": transfer.company,
        "recipient": transfer.partner.postal_address,
        "title": _("Return note"),
        "number": transfer.number,
        "facts": [
            (_("Date"), format_date(transfer.date)),
            (_("Supplier no."), transfer.partner.code),
            (_("Our order"), ", ".join(orders)),
        ],
        "lines": lines,
        "currency": next(iter(currencies)) if len(currencies) == 1 else "",
        "credit": sum((line.credit for line in lines), Decimal(0)),
    }


def note_words(transfer: Any) -> dict[str, Any]:
    """What the mail template may name."""
    return {
        "number": transfer.number,
        "partner": transfer.partner.name,
        "company": transfer.company.name,
        "date": format_date(transfer.date),
    }


documents.define(
    NOTE,
    model="stock.transfer",
    title=_l("Return note"),
    template="purchasing/return_note.html",
    filename=lambda transfer: f"{_('Return note')} {transfer.number}.pdf",
    context=note_context,
    slots=("after_header", "after_lines"),
    delivery=Delivery(
        identity=note_identity,
        locale=lambda transfer: transfer.partner.language,
        recipients=lambda transfer: transfer.partner.addresses_for("order"),
        mail=lambda transfer: NOTE,
        words=note_words,
        permission="purchasing.send",
        ready=lambda transfer: (
            transfer.state == "done" and transfer.partner is not None and goes_back(transfer)
        ),
    ),
)
