"""Purchase orders from files: a row a line, rows with one order number make one order.

Suppliers and parts must be known: an order for a part that is mistyped is worse than a row that is refused.
An order that was imported before is found by its number: with the same lines it is left as it is, with others
it is refused, since it may have been sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from addons.partners.services import ids_by_code
from addons.products.services.codes import ids_by_code as parts_by_code
from addons.purchasing.imports.fields import ORDER
from addons.purchasing.services.drafts import OrderDraft, OrderLineDraft
from addons.purchasing.services.errors import PurchasingError
from core import m
from core.exchange.targets import Document, Row, Target, TargetOption
from core.i18n import _, _l
from core.security.actor import actor_of

_KNOWN = text("""
    SELECT o.external_id, o.id, o.number, o.partner_id,
           array_agg(l.product_id || '|' || CAST(l.quantity AS numeric(18, 4))) AS lines
      FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id
     WHERE o.company_id = :company AND o.external_id = ANY(:keys) GROUP BY o.id
""")


def book(session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Write the orders that are new, and confirm them where that is asked for; see the module."""
    company_id = actor_of(session).company_id
    if company_id is None:
        raise ValueError("an import belongs to a company")
    rows = [row.values for document in documents for row in document.rows]
    suppliers = ids_by_code(session, company_id, {row["supplier"] for row in rows})
    parts = parts_by_code(session, company_id, {row["product"] for row in rows})
    drafts = [(one, _draft(one, company_id, suppliers, parts)) for one in documents]
    new = _without_known(session, company_id, [(one, draft) for one, draft in drafts if draft is not None])
    for document, draft in new:
        _write(session, document, draft, is_order=options.get("state") == "confirmed")


def _draft(
    document: Document, company_id: int, suppliers: Mapping[str, int], parts: Mapping[str, int]
) -> OrderDraft | None:
    """The order; None where it is refused."""
    first = document.rows[0].values
    for name, reason in (
        ("supplier", _("One order names two suppliers: give each its own number.")),
        ("currency", _("One order has two currencies: give each its own number.")),
    ):
        if any(row.values[name] != first[name] for row in document.rows):
            document.refuse(reason, name)
            return None
    if first["supplier"] not in suppliers:
        document.refuse(_("There is no such supplier: choose one of the list."), "supplier")
        return None
    wrong = next((row for row in document.rows if not _is_good(row, parts)), None)
    if wrong is not None:
        document.refuse(_("Row %(row)s of this order is wrong.", row=wrong.number))
        return None
    return OrderDraft(
        company_id,
        suppliers[first["supplier"]],
        [_line(row.values, parts) for row in document.rows],
        date=min(row.values["date"] for row in document.rows),
        currency_code=first["currency"] or "",
        reference=first["reference"] or "",
        external_id=document.key,
    )


def _is_good(row: Row, parts: Mapping[str, int]) -> bool:
    if row.values["product"] not in parts:
        row.report(_("There is no such part: choose one of the list."), "product")
    elif row.values["quantity"] <= 0:
        row.report(_("Order a quantity above zero; what goes back is a return."), "quantity")
    elif row.values["unit_price"] is not None and row.values["unit_price"] < 0:
        row.report(_("A price is not below zero."), "unit_price")
    elif not 0 <= (row.values["discount"] or 0) <= 100:  # percent
        row.report(_("A discount is a percentage from 0 to 100."), "discount")
    return not row.reason


def _line(values: Mapping[str, Any], parts: Mapping[str, int]) -> OrderLineDraft:
    line = OrderLineDraft(
        parts[values["product"]],
        values["quantity"],
        values["unit_price"],
        description=values["description"] or "",
        partner_number=values["number"] or "",
        promised=values["promised"],
    )
    line.discount = values["discount"] or line.discount
    return line


def _without_known(
    session: Any, company_id: int, drafts: Sequence[tuple[Document, OrderDraft]]
) -> list[tuple[Document, OrderDraft]]:
    """The orders that no earlier import brought; those that it did are marked."""
    keys = [document.key for document, _draft in drafts]
    known = {row.external_id: row for row in session.execute(_KNOWN, {"company": company_id, "keys": keys})}
    new = []
    for document, draft in drafts:
        before = known.get(document.key)
        if before is None:
            new.append((document, draft))
        elif before.partner_id == draft.partner_id and sorted(before.lines) == _texts(draft):
            document.unchanged(before.id)
        else:
            document.refuse(
                _(
                    "Order %(key)s was imported as %(number)s with other lines: change it there, or give "
                    "this one another number.",
                    key=document.key,
                    number=before.number,
                )
            )
    return new


def _texts(draft: OrderDraft) -> list[str]:
    return sorted(f"{line.product_id}|{line.quantity:.4f}" for line in draft.lines)


def _write(session: Any, document: Document, draft: OrderDraft, *, is_order: bool) -> None:
    try:
        with session.begin_nested():
            (key,) = m.PurchasingOrder.create(session, [draft])
            if is_order:
                m.PurchasingOrder.confirm(session, [key])
    except PurchasingError as error:
        document.refuse(str(error))
    else:
        document.booked(key)


TARGET = Target(
    name="purchasing.order",
    title=_l("Purchase orders"),
    permission="purchasing.confirm",
    group_by="document",
    book=book,
    fields=ORDER,
    options=(
        TargetOption(
            "state",
            _l("What they become"),
            default="request",
            choices={
                "request": _l("requests, to be looked at"),
                "confirmed": _l("orders, confirmed at once"),
            },
        ),
    ),
)
