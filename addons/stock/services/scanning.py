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

from sqlalchemy import func, select

from addons.products.services import numbers
from addons.products.services.units import why_not_whole
from addons.stock.services.bounds import refuse_too_much
from addons.stock.services.doing import DO
from addons.stock.services.errors import StockError
from core import m
from core.db import AnySession
from core.i18n import _, locale_code
from core.screens.numbers import NotANumberError, parse_decimal
from core.security import acts

_ONE = Decimal(1)


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
    product_id, lot = _called(session, count.company_id, code)
    added = quantity or (lot and lot.full_quantity) or _ONE
    if why := why_not_whole(session.get(m.Product, product_id), quantity):
        raise StockError(why)
    line = _line(session, count, product_id, lot and lot.id)
    refuse_too_much(line.counted + added)
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
        quantity = parse_decimal(much, locale_code(), 4)
    except NotANumberError as error:
        raise StockError(_("“%(text)s” is no quantity: write it like R1*120.", text=much)) from error
    if quantity is None or quantity <= 0:
        raise StockError(_("“%(text)s” is no quantity: write it like R1*120.", text=much))
    return code.strip(), quantity


def _called(session: AnySession, company_id: int, code: str) -> tuple[int, Any]:
    """The part that is meant, and its lot: lots first, their numbers are the narrowest; raises StockError."""
    lot = m.StockLot
    lots = session.scalars(
        select(lot).where(lot.company_id == company_id, func.lower(lot.number) == code.lower())
    ).all()
    found: Sequence[tuple[int, Any]] = [(one.product_id, one) for one in lots]
    found = found or [(product, None) for product in _goods(session, company_id, code)]
    if not found:
        raise StockError(_("No lot and no part is called “%(code)s”: it was not counted.", code=code))
    if len(found) > 1:
        raise StockError(_("Several are called “%(code)s”: scan our own code of the part.", code=code))
    return found[0]


def _goods(session: AnySession, company_id: int, code: str) -> Sequence[int]:
    """Goods that are called so; what is not in use any more by our own code and the barcode alone."""
    matches = numbers.find(session, company_id, [code])[0].matches
    meant = [one.product_id for one in matches if not one.similar and (one.active or one.kind != "mpn")]
    product = m.Product
    return session.scalars(select(product.id).where(product.id.in_(meant), product.kind == "goods")).all()


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
