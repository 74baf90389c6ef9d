"""Count with a scanner: each scan adds to a line.

Problem: who counts has a scanner in one hand and no table on the screen. A scanner types what it reads and
Enter. Rule: the number of a lot counts the lot, as much as a whole one holds; a barcode, our code or the
maker's number counts one piece; `*` and a number behind it says how many. What is scanned again is added.
Example: `R-17` (a reel of 5,000), `RC0603*120`, `RC0603` → 5,000 of lot R-17, and 121 of the part without a
lot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text

from addons.stock.services.doing import DO
from addons.stock.services.errors import StockError
from core import m
from core.db import AnySession
from core.i18n import _, locale_code
from core.screens.numbers import NotANumberError, parse_decimal
from core.security import acts

_ONE = Decimal(1)
#: What is called so, in any case: lots first, since their numbers are the narrowest.
_CALLED = text("""
    SELECT 1 AS rank, l.product_id, l.id AS lot_id, nullif(l.full_quantity, 0) AS quantity
      FROM stock_lot l WHERE l.company_id = :company AND lower(l.number) = lower(:code)
     UNION ALL
    SELECT 2, p.id, NULL, NULL FROM product p
     WHERE p.company_id = :company AND p.kind = 'goods'
       AND (lower(p.code) = lower(:code) OR p.barcode = :code)
     UNION ALL
    SELECT 3, p.id, NULL, NULL FROM product p
     WHERE p.company_id = :company AND p.kind = 'goods' AND p.active AND lower(p.mpn) = lower(:code)
     ORDER BY 1
""")


@dataclass(frozen=True)
class Scanned:
    """A line, and how much one scan has added to it."""

    line: Any
    quantity: Decimal


def scan(session: AnySession, count: Any, typed: str) -> Scanned:
    """Add what was scanned to a draft; raises StockError."""
    acts.require(session, DO)
    count = _draft(session, count)
    code, quantity = _parted(typed)
    part = _called(session, count.company_id, code)
    added = quantity if quantity is not None else part.quantity or _ONE
    line = _line(session, count, part.product_id, part.lot_id)
    line.counted += added
    session.flush()
    return Scanned(line, added)


def take_back(session: AnySession, count: Any, line_id: int, quantity: Decimal) -> None:
    """Take so much off a line again, and the line away with its last piece; raises StockError."""
    acts.require(session, DO)
    count = _draft(session, count)
    line = next((line for line in count.lines if line.id == line_id), None)
    if line is None or not 0 < quantity <= line.counted:
        raise StockError(_("This was taken back already."))
    line.counted -= quantity
    if not line.counted:
        count.lines.remove(line)
    session.flush()


def _draft(session: AnySession, count: Any) -> Any:
    (row,) = acts.locked(session, m.StockCount, [count])
    if row.state != "draft":
        raise StockError(_("This count was done already."))
    return session.get_one(m.StockCount, row.id, populate_existing=True)


def _parted(typed: str) -> tuple[str, Decimal | None]:
    """The number, and how many; raises StockError."""
    code, star, much = typed.strip().rpartition("*")
    if not star:
        code, much = typed.strip(), ""
    if not code:
        raise StockError(_("Scan or type a number."))
    if not star:
        return code, None
    try:
        quantity = parse_decimal(much, locale_code())
    except NotANumberError as error:
        raise StockError(_("“%(text)s” is no quantity: write it like R1*120.", text=much)) from error
    if quantity is None or quantity <= 0:
        raise StockError(_("“%(text)s” is no quantity: write it like R1*120.", text=much))
    return code.strip(), quantity


def _called(session: AnySession, company_id: int, code: str) -> Any:
    found = session.execute(_CALLED, {"company": company_id, "code": code}).all()
    best = [one for one in found if one.rank == found[0].rank]
    if not best:
        raise StockError(_("No lot and no part is called “%(code)s”: it was not counted.", code=code))
    if len(best) > 1:
        raise StockError(_("Several are called “%(code)s”: scan our own code of the part.", code=code))
    return best[0]


def _line(session: AnySession, count: Any, product_id: int, lot_id: int | None) -> Any:
    lines: Sequence[Any] = count.lines
    for line in lines:
        if (line.product_id, line.lot_id) == (product_id, lot_id):
            return line
    last = session.scalar(
        select(func.max(m.StockCountLine.position)).where(m.StockCountLine.count_id == count.id)
    )
    line = m.StockCountLine(
        product_id=product_id, lot_id=lot_id, position=(last or 0) + 1, counted=Decimal(0)
    )
    count.lines.append(line)
    return line
