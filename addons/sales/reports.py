"""Quotation, order confirmation, proforma and delivery note as documents, in the customer's language."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.sales.services.selling import SELLING
from addons.stock.services.orders import telling
from core import m
from core.db import db
from core.documents import Delivery, Documents, Identity
from core.i18n import _, _l, format_date, format_money

documents = Documents()

ORDER, PROFORMA, NOTE = "sales.order", "sales.proforma", "stock.transfer"


def title_of(order: Any) -> str:
    """What stands above the lines."""
    if order.state == "quotation":
        return _("Quotation")
    return _("Changed order confirmation") if changes_of(order) else _("Order confirmation")


def changes_of(order: Any) -> list[telling.Told]:
    """What was changed after it was confirmed: the customer reads it below the lines."""
    if order.state in ("quotation", "cancelled"):
        return []
    return telling.changes_of(db.session, SELLING, order)


def identity_of(order: Any) -> Identity:
    """What the PDF says of itself; an order that was changed since has another version."""
    since = order.confirmed_at or datetime(order.date.year, order.date.month, order.date.day, tzinfo=UTC)
    return Identity(ORDER, order.number, order.partner.code, since.astimezone(UTC), order.revision)


def facts(order: Any) -> list[tuple[str, str]]:
    """What stands beside the address."""
    found = [
        (_("Date"), format_date(order.date)),
        (_("Customer no."), order.partner.code),
        (_("Currency"), order.currency_code),
    ]
    if order.reference:
        found.append((_("Your order"), order.reference))
    if order.state == "quotation" and order.valid_until:
        found.append((_("Valid until"), format_date(order.valid_until)))
    if order.salesperson is not None:
        found.append((_("Your contact"), order.salesperson.name))
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
        "changes": changes_of(order),
        "amounts_with_tax": any(line.tax_within for line in order.lines),
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
    }


def is_live(order: Any) -> bool:
    """Whether papers of it go out: not while a change of it waits for somebody who may release it."""
    waits = order.hold and order.state != "quotation"
    return order.state != "cancelled" and bool(order.lines) and not waits


documents.define(
    ORDER,
    title=_l("Order"),
    template="sales/order.html",
    filename=lambda order: f"{title_of(order)} {order.number}.pdf",
    context=context,
    slots=("after_header", "after_lines", "after_totals"),
    delivery=Delivery(
        identity=identity_of,
        locale=lambda order: order.partner.language,
        recipients=lambda order: order.partner.addresses_for("order"),
        mail=lambda order: ORDER,
        words=words,
        permission="sales.send",
        ready=is_live,
    ),
)


def proforma_title(_order: Any) -> str:
    """What stands above the lines, so that nobody books it."""
    return _("Proforma – not an invoice")


def proforma_words(order: Any) -> dict[str, Any]:
    """What the mail template may name."""
    return {**words(order), "title": _("Proforma")}


documents.define(
    PROFORMA,
    model=ORDER,
    title=_l("Proforma"),
    template="sales/proforma.html",
    filename=lambda order: f"{_('Proforma')} {order.number}.pdf",
    context=lambda order: {**context(order), "title": proforma_title(order)},
    slots=("after_header", "after_lines", "after_totals"),
    delivery=Delivery(
        identity=lambda order: replace(identity_of(order), document=PROFORMA),
        locale=lambda order: order.partner.language,
        recipients=lambda order: order.partner.addresses_for("invoice"),
        mail=lambda order: ORDER,
        words=proforma_words,
        permission="sales.send",
        ready=is_live,
    ),
)


def note_identity(transfer: Any) -> Identity:
    """What is done never changes, so it has one version."""
    day = transfer.date or transfer.planned
    made = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Identity(NOTE, transfer.number, transfer.partner.code, made)


def note_title(transfer: Any) -> str:
    """A delivery note, or one for goods that come back."""
    return _("Return note") if transfer.kind == "return" else _("Delivery note")


def note_lines(transfer: Any) -> list[Any]:
    """The moves with part, lot and order line, in the order of the paper."""
    move = m.StockMove
    query = select(move).where(move.transfer_id == transfer.id, move.state == "done")
    loaded = joinedload(move.product), joinedload(move.lot), joinedload(move.order_line)
    return list(db.session.scalars(query.options(*loaded).order_by(move.position, move.id)))


def is_of_customer(transfer: Any) -> bool:
    """Whether goods went to a customer, or came back from one."""
    places = {move.source.kind for move in transfer.moves} | {move.target.kind for move in transfer.moves}
    return transfer.kind in ("delivery", "return") and "supplier" not in places


def wants_certificate(transfer: Any) -> bool:
    """Whether the customer wants a certificate of conformity with it."""
    rule = m.SalesRequirement
    query = select(rule.id).where(rule.partner_id == transfer.partner_id, rule.certificate).limit(1)
    return db.session.scalar(query) is not None


def note_facts(transfer: Any) -> list[tuple[str, str]]:
    """What stands beside the address."""
    found = [
        (_("Date"), format_date(transfer.date or transfer.planned)),
        (_("Customer no."), transfer.partner.code),
    ]
    if transfer.reference:
        found.append((_("Your order"), transfer.reference))
    return found


def note_context(transfer: Any) -> dict[str, Any]:
    """What the template names."""
    return {
        "company": transfer.company,
        "recipient": transfer.partner.postal_address,
        "title": note_title(transfer),
        "number": transfer.number,
        "facts": note_facts(transfer),
        "lines": note_lines(transfer),
        "certificate": wants_certificate(transfer),
    }


def note_words(transfer: Any) -> dict[str, Any]:
    """What the mail template may name."""
    return {
        "title": note_title(transfer),
        "number": transfer.number,
        "partner": transfer.partner.name,
        "company": transfer.company.name,
        "date": format_date(transfer.date),
        "reference": transfer.reference,
    }


documents.define(
    NOTE,
    title=_l("Delivery note"),
    template="sales/delivery_note.html",
    filename=lambda transfer: f"{note_title(transfer)} {transfer.number}.pdf",
    context=note_context,
    slots=("after_header", "after_lines"),
    delivery=Delivery(
        identity=note_identity,
        locale=lambda transfer: transfer.partner.language,
        recipients=lambda transfer: transfer.partner.addresses_for("order"),
        mail=lambda transfer: NOTE,
        words=note_words,
        permission="sales.send",
        ready=lambda transfer: (
            transfer.state == "done" and transfer.partner_id is not None and is_of_customer(transfer)
        ),
    ),
)
