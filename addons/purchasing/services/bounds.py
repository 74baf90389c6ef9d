"""What bills may say of order lines: refused in words before the database refuses it.

No more of a line can stand on bills than was ordered with its tolerance, and no more be credited than stands
on bills. A bill whose goods a credit note gives back, in part, can't be taken back whole: what would be given
back is given back already.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.purchasing.services.errors import PurchasingError
from core.db import AnySession
from core.i18n import _, format_number

_ORDERED = text("""
    SELECT l.id, l.position, o.number, l.billed, l.quantity + l.tolerance AS most
      FROM purchasing_order_line l JOIN purchasing_order o ON o.id = l.order_id WHERE l.id = ANY(:ids)
""")
#: Bills of which less stands than they would give back, with the credit notes that gave it back.
_CREDITED = text("""
    SELECT DISTINCT ON (b.id) b.id, b.number, n.number AS note
      FROM accounting_bill b JOIN accounting_bill_line x ON x.bill_id = b.id
      JOIN purchasing_billed_move y ON y.bill_line_id = x.id
      JOIN stock_move v ON v.id = y.move_id
      JOIN purchasing_billed_move z ON z.move_id = y.move_id AND z.quantity < 0
      JOIN accounting_bill_line w ON w.id = z.bill_line_id
      JOIN accounting_bill n ON n.id = w.bill_id AND n.kind = 'credit_note' AND n.reverses_id IS NULL
     WHERE b.id = ANY(:ids) AND b.kind = 'bill' AND n.state = 'posted'
       AND v.billed < (SELECT sum(quantity) FROM purchasing_billed_move
                        WHERE bill_line_id = x.id AND move_id = y.move_id)
     ORDER BY b.id, n.id
""")


def refuse_excess(session: AnySession, drafts: Sequence[Any]) -> None:
    """Refuse new bills and credit notes that go beyond what was ordered or billed; raises PurchasingError."""
    asked: dict[int, Decimal] = {}
    for draft in drafts:
        sign = -1 if draft.kind == "credit_note" else 1
        for line in draft.lines if draft.reverses_id is None else ():
            key = getattr(line, "purchase_line_id", None)
            if key is not None:
                asked[key] = asked.get(key, Decimal(0)) + sign * line.quantity
    for row in session.execute(_ORDERED, {"ids": list(asked)}) if asked else ():
        after = row.billed + asked[row.id]
        if after > row.most:
            raise PurchasingError(
                _(
                    "Of line %(position)s of %(number)s %(most)s are ordered and %(billed)s billed: "
                    "%(quantity)s more can't be billed. Write the rest on a line without an order.",
                    position=row.position,
                    number=row.number,
                    most=format_number(row.most),
                    billed=format_number(row.billed),
                    quantity=format_number(asked[row.id]),
                )
            )
        if after < 0:
            raise PurchasingError(
                _(
                    "Of line %(position)s of %(number)s %(billed)s are billed: %(quantity)s can't be "
                    "credited. Credit the rest on a line without an order.",
                    position=row.position,
                    number=row.number,
                    billed=format_number(row.billed),
                    quantity=format_number(-asked[row.id]),
                )
            )


def refuse_credited(session: AnySession, bills: Sequence[int]) -> None:
    """Refuse to take bills back of which a credit note gives something back already."""
    PurchasingError.refuse(
        {
            row.id: _(
                "The credit note %(note)s gives back what %(number)s billed: credit what is left instead.",
                note=row.note,
                number=row.number,
            )
            for row in session.execute(_CREDITED, {"ids": list(bills)})
        }
    )
