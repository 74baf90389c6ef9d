"""What a draft of a bill says beside what was ordered and received: for whoever is about to post it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.purchasing.services.pricing import UNIT, net_price
from core.db import AnySession, round_money, round_to
from core.i18n import _, format_money, format_number, format_unit_price

_LINES = text("""
    SELECT x.position, x.description, x.quantity, x.unit_price, x.discount, x.net, x.product_id,
           x.tax_within, x.landed_line_id, b.kind, b.currency_code, p.code, l.id AS line_id,
           l.position AS order_position,
           l.unit_price AS ordered_price, l.discount AS ordered_discount, l.net AS ordered_net,
           l.quantity AS ordered_quantity, l.tax_within AS ordered_within, o.id AS order_id, o.number,
           o.currency_code AS ordered_in, l.received - l.returned - l.billed + own.quantity AS due,
           own.quantity AS together, c.amount AS accrued, h.id AS cost_id, h.number AS cost_number
      FROM accounting_bill b JOIN accounting_bill_line x ON x.bill_id = b.id
      LEFT JOIN product p ON p.id = x.product_id
      LEFT JOIN purchasing_order_line l ON l.id = x.purchase_line_id
      LEFT JOIN purchasing_order o ON o.id = l.order_id
      LEFT JOIN (SELECT purchase_line_id, sum(order_quantity) AS quantity FROM accounting_bill_line
                  WHERE bill_id = :id GROUP BY 1) own ON own.purchase_line_id = l.id
      LEFT JOIN purchasing_landed_line c ON c.id = x.landed_line_id
      LEFT JOIN purchasing_landed_cost h ON h.id = c.landed_cost_id
     WHERE b.id = :id ORDER BY x.position
""")


@dataclass(frozen=True)
class Compared:
    """A line of a bill, and in words what is not as it was ordered; nothing where it is."""

    row: Any
    differences: Sequence[str]


def compare(session: AnySession, bill_id: int) -> list[Compared]:
    """The lines of a bill, where any of them is for an order or a landed cost, or for a part."""
    rows = session.execute(_LINES, {"id": bill_id}).all()
    if not any(row.line_id or row.landed_line_id or row.product_id for row in rows):
        return []
    return [Compared(row, list(_differences(row))) for row in rows]


def _differences(row: Any) -> Iterator[str]:
    if row.line_id is not None:
        yield from _of_order(row)
    elif row.landed_line_id is not None:
        if row.net != row.accrued:
            yield _("%(amount)s were accrued", amount=format_money(row.accrued, row.currency_code))
    elif row.product_id is not None:
        yield _("No order of this supplier is open for it")


def _of_order(row: Any) -> Iterator[str]:
    if row.ordered_in != row.currency_code:
        yield _("Ordered in %(currency)s", currency=row.ordered_in)
    else:
        ordered = _one(
            row.ordered_price, row.ordered_discount, row.ordered_net, row.ordered_quantity, row.ordered_within
        )
        billed = _one(row.unit_price, row.discount, row.net, row.quantity, row.tax_within)
        more = row.net - row.quantity * ordered
        if ordered != billed and round_money(more, row.currency_code):
            yield _(
                "Price: %(ordered)s were ordered, %(more)s in all",
                ordered=format_unit_price(ordered, row.currency_code),
                more=format_money(round_money(more, row.currency_code), row.currency_code),
            )
    due, together = (-row.due, -row.together) if row.kind == "credit_note" else (row.due, row.together)
    if together > due:
        yield _over(row, max(due, Decimal(0)))


def _one(
    price: Decimal | None, discount: Decimal, net: Decimal, quantity: Decimal, within: Decimal
) -> Decimal:
    """What one unit costs without a tax that is in its price."""
    return round_to(net / quantity, UNIT) if within else net_price(price or Decimal(0), discount)


def _over(row: Any, due: Decimal) -> str:
    if row.kind == "credit_note":
        return _("Quantity: %(due)s went back and are not credited", due=format_number(due))
    return _("Quantity: %(due)s have come and are not billed", due=format_number(due))
