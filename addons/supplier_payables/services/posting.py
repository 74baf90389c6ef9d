"""Bill what was agreed with the supplier; what was not stays open for the next statement.

Problem: of October's lines 96 agree, one is 3 % dearer and accepted, of one 80 of 100 are stated, one is
disputed, one is not in the supplier's list at all, and freight of 35.00 is in it alone. Rule: the bill has
a line for each receipt that was accepted, in the quantity and at the price that the supplier states, and
one for the freight. What that differs from the received price goes to price differences when the bill is
posted, as for any bill. The other 20, the disputed line and the one that is only ours are left to the next
statement. Returns are on a credit note of the same day and number. What prices of six decimals leave to the
supplier's total is a line of its own.

Without a list of the supplier's all lines are billed as they were received.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.drafts import BillDraft, BillLineDraft
from addons.purchasing.services.billing import ReceivedLine
from addons.supplier_payables.services.creation import refuse_posted
from addons.supplier_payables.services.disputes import settle_billed
from addons.supplier_payables.services.errors import PayablesError
from addons.supplier_payables.services.excess import NOT_PAID
from core import m
from core.clock import today
from core.db import AnySession, round_money, round_to
from core.i18n import _, ngettext
from core.security import acts
from core.security.audit import record

POST = "supplier_payables.post"
_ZERO, _UNIT = Decimal(0), Decimal("0.000001")
_OPEN = text("""
    SELECT statement_id, count(*) AS open FROM payables_match
     WHERE statement_id = ANY(:ids) AND state = 'open' GROUP BY 1
""")
_LINES = text("""
    SELECT l.id, l.match_id, l.quantity, l.unit_price, l.amount, l.product_id, v.purchase_line_id, x.tax_id,
           x.description
      FROM payables_line l JOIN stock_move v ON v.id = l.move_id
      JOIN purchasing_order_line x ON x.id = v.purchase_line_id
     WHERE l.statement_id = :id ORDER BY l.position
""")
_MATCHES = text("SELECT * FROM payables_match WHERE statement_id = :id AND state = 'accepted' ORDER BY id")
_CARRY = text("UPDATE payables_line SET carried = true WHERE id = ANY(:ids)")
_POSTED = text("""
    UPDATE payables_statement SET state = 'posted', bill_id = :bill, credit_note_id = :note WHERE id = :id
""")


@dataclass
class Billed:
    """So much of a line of ours, at this price."""

    line: Any
    quantity: Decimal
    price: Decimal
    #: Stated and agreed to, but never received: it is on no order.
    is_surplus: bool = False


def post(session: AnySession, statements: Iterable[Any], on: date | None) -> list[int]:
    """Raises PayablesError where something is undecided; returns the ids of the bills and credit notes."""
    acts.require(session, POST)
    rows = acts.locked(session, m.PayablesStatement, statements)
    refuse_posted(rows)
    PayablesError.refuse({row.id: why for row in rows if (why := _why_not(session, row))})
    made = [_post(session, row, on or today()) for row in rows]
    record(session, "post", "payables.statement", [row.id for row in rows])
    acts.forget(session, m.PayablesStatement, [row.id for row in rows])
    return [key for keys in made for key in keys if key]


def _why_not(session: AnySession, row: Any) -> str:
    if not row.reference:
        return _("Give %(number)s the number of the supplier's invoice.", number=row.number)
    open_ = {key: count for key, count in session.execute(_OPEN, {"ids": [row.id]})}
    if row.id in open_:
        return ngettext(
            "%(num)s match of %(number)s is undecided: accept or dispute it.",
            "%(num)s matches of %(number)s are undecided: accept or dispute them.",
            open_[row.id],
            number=row.number,
        )
    return ""


def _post(session: AnySession, row: Any, on: date) -> tuple[int | None, int | None]:
    lines = session.execute(_LINES, {"id": row.id}).all()
    matches = {one.id: one for one in session.execute(_MATCHES, {"id": row.id})} if row.list_name else None
    billed = list(_billed(lines, matches))
    extra = [] if matches is None else list(_extra(matches.values(), {one.line.match_id for one in billed}))
    if matches is not None:
        extra += _rounding(row, billed, extra, matches.values())
    bill, note = _write(session, row, on, billed, extra)
    whole = {one.line.id for one in billed if one.quantity == one.line.quantity and not one.is_surplus}
    session.execute(_CARRY, {"ids": [line.id for line in lines if line.id not in whole]})
    settle_billed(session, sorted(whole), row.number)
    session.execute(_POSTED, {"id": row.id, "bill": bill, "note": note})
    return bill, note


def _billed(lines: Sequence[Any], matches: Mapping[int, Any] | None) -> Iterator[Billed]:
    if matches is None:
        yield from (Billed(line, line.quantity, line.unit_price) for line in lines)
        return
    groups: dict[int, list[Any]] = {}
    for line in lines:
        if line.match_id in matches:
            groups.setdefault(line.match_id, []).append(line)
    for key, group in groups.items():
        if matches[key].kind != "only_ours":
            yield from _agreed(matches[key], group)


def _agreed(match: Any, lines: Sequence[Any]) -> Iterator[Billed]:
    """The lines of a match in the quantity that is stated, the first of them first, at the stated price."""
    is_pack = "pack" in match.causes.split()
    left = match.our_quantity if is_pack else match.their_quantity
    price = _stated_price(match, left)
    taken, surplus = shares([line.quantity for line in lines], left)
    for line, quantity in zip(lines, taken, strict=True):
        if quantity:
            yield Billed(line, quantity, line.unit_price if price is None else price)
    if surplus:
        last = lines[-1]
        yield Billed(last, surplus, last.unit_price if price is None else price, is_surplus=True)


def shares(quantities: Sequence[Decimal], stated: Decimal) -> tuple[list[Decimal], Decimal]:
    """How much of each line is stated, and what is beyond them: 60, 40, 20 back, 90 stated → 60, 40, −20, 10.

    What goes the other way than the whole counts in full; the others in turn, as far as the quantity goes.
    """
    sign = 1 if stated >= 0 else -1
    if not any(quantity * sign > 0 for quantity in quantities):
        return [_ZERO] * len(quantities), stated
    left = stated - sum((one for one in quantities if one * sign < 0), _ZERO)
    taken = []
    for quantity in quantities:
        part = quantity if quantity * sign < 0 else sign * min(abs(quantity), abs(left))
        left -= part if quantity * sign > 0 else 0
        taken.append(part)
    return taken, left


def _stated_price(match: Any, quantity: Decimal) -> Decimal | None:
    """What the supplier asks for a unit; None where it is ours."""
    if not match.price_change and "pack" not in match.causes or not match.their_amount:
        return None
    return round_to(abs(Decimal(match.their_amount) / quantity), _UNIT)


def _extra(matches: Iterable[Any], tied: set[int]) -> Iterator[BillLineDraft]:
    """What is only theirs and is to be paid: freight, fees, what somebody has approved."""
    for match in matches:
        if match.id not in tied and match.their_amount and not NOT_PAID & set(match.causes.split()):
            words = _("Freight") if "freight" in match.causes else _("Stated by the supplier only")
            yield ReceivedLine(None, str(words), Decimal(1), match.their_amount)


def _rounding(
    row: Any, billed: Sequence[Billed], extra: Sequence[BillLineDraft], matches: Iterable[Any]
) -> list[BillLineDraft]:
    """What is left between our lines and the supplier's total of what was accepted."""
    stated = sum(
        (
            one.their_amount or _ZERO
            for one in matches
            if one.kind != "only_ours"
            and not (one.kind == "only_theirs" and NOT_PAID & set(one.causes.split()))
        ),
        _ZERO,
    )
    ours = sum((round_money(one.quantity * one.price, row.currency_code) for one in billed), _ZERO)
    left = stated - ours - sum((line.unit_price for line in extra), _ZERO)
    return [ReceivedLine(None, str(_("Rounding")), Decimal(1), left)] if left else []


def _write(
    session: AnySession, row: Any, on: date, billed: Sequence[Billed], extra: Sequence[BillLineDraft]
) -> tuple[int | None, int | None]:
    """The bill of what came and the credit note of what went back, posted."""
    came: list[BillLineDraft] = [_line(one) for one in billed if one.quantity > 0]
    back: list[BillLineDraft] = [_line(one) for one in billed if one.quantity < 0]
    if came or not back:
        came += extra
    else:
        back += [ReceivedLine(None, one.description, Decimal(1), -one.unit_price) for one in extra]
    head = (row.company_id, row.partner_id, on, row.currency_code, row.reference)
    drafts = [
        BillDraft(*head, lines, kind) for kind, lines in (("bill", came), ("credit_note", back)) if lines
    ]
    made = m.AccountingBill.create(session, drafts) if drafts else []
    m.AccountingBill.post(session, made)
    ids = {draft.kind: key for draft, key in zip(drafts, made, strict=True)}
    return ids.get("bill"), ids.get("credit_note")


def _line(one: Billed) -> BillLineDraft:
    if one.is_surplus:
        words = _("%(part)s, more than was received", part=one.line.description)
        return ReceivedLine(None, words, abs(one.quantity), one.price, one.line.tax_id)
    line = ReceivedLine(
        one.line.product_id, one.line.description, abs(one.quantity), one.price, one.line.tax_id
    )
    line.purchase_line_id = one.line.purchase_line_id
    return line
