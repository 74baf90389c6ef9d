"""Propose what is paid today, so that nothing falls due unpaid and no discount is lost that could be had.

Problem: today is the 10th, the next run is on the 17th, and 10,000 may be spent. Supplier A is owed 4,000
since the 8th; B 5,000 due on the 30th, with 2 % until the 12th; C 3,000 due on the 15th; D 2,000 due on the
25th. Rule: what falls due before the next run is paid now, and what would lose its discount by waiting; the
rest waits, and costs nothing by that. As far as cash goes: by priority, then by the day on which money is
lost, then the larger sum. A gets 4,000 and B 4,900; of C's 3,000 only 1,100 are left, so that C is held, and
the reason says so. D waits.

What is on hold says why: the supplier is, its account is missing or unconfirmed, another run has it, its
credit notes cover it, a person has held it back. Credit notes of a supplier are taken off its first bills.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.early import earned
from addons.accounting.services.window import refuse_impossible
from addons.supplier_payments.services.errors import PayError
from core import m
from core.clock import today
from core.db import AnySession, smallest_unit
from core.i18n import _, format_money
from core.records.sequences import next_numbers
from core.sayings import say
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

PREPARE = "supplier_payments.prepare"
_ZERO = Decimal(0)
#: What is open with suppliers, below zero what they owe us, with what was agreed and what stands in the way.
_ITEMS = text("""
    SELECT o.id, o.partner_id, o.number, o.reference, o.date, o.due_date, o.allocated - o.amount AS amount,
           abs(o.discount) AS discount, o.discount_until, p.payment_priority, p.payment_hold,
           a.id AS account_id, a.confirmed_by_id, r.number AS run
      FROM accounting_open_item o JOIN partner p ON p.id = o.partner_id
      LEFT JOIN LATERAL (SELECT id, confirmed_by_id FROM payment_bank_account
                          WHERE partner_id = o.partner_id AND active ORDER BY id DESC LIMIT 1) a ON true
      LEFT JOIN LATERAL (SELECT x.number FROM payment_run_line y JOIN payment_run x ON x.id = y.run_id
                          WHERE y.open_item_id = o.id AND y.taken AND x.state IN ('open', 'approved')
                            AND x.id <> :run ORDER BY x.id LIMIT 1) r ON true
     WHERE o.company_id = :company AND o.side = 'payable' AND o.currency_code = :currency
       AND o.allocated <> o.amount ORDER BY o.id
""")
_BY_HAND = text("SELECT open_item_id, hold FROM payment_run_line WHERE run_id = :run AND by_hand")
_FORGET = text("DELETE FROM payment_run_line WHERE run_id = :run")
_UNAPPROVED = text("UPDATE payment_run SET approved_by_id = NULL WHERE id = :run")


@dataclass
class Line:
    """An open item while it is decided on."""

    row: Any
    discount_until: date | None = None
    discount: Decimal = _ZERO
    waiting_cost: Decimal = _ZERO
    hold: str = ""

    @property
    def lost_on(self) -> date:
        """The day after which money is lost, or the supplier waits."""
        return self.discount_until if self.waiting_cost and self.discount_until else self.row.due_date

    @property
    def rank(self) -> tuple[Any, ...]:
        """What is paid first where not all can be."""
        return (self.row.payment_priority, self.lost_on, -self.row.amount, self.row.id)


def create(session: AnySession, runs: Sequence[Any]) -> list[int]:
    """Write, number and propose unsaved runs. Raises PayError."""
    acts.require(session, PREPARE)
    for run in runs:
        with session.no_autoflush:
            run.date = run.date or today()
            refuse_impossible(session, run.company_id, run.date, PayError)
            run.next_date = run.next_date or run.date + timedelta(days=7)
            if run.next_date <= run.date:
                raise PayError(_("The next run has to be after this one."))
            run.user_id = actor_of(session).user_id
            (run.number,) = next_numbers(session, "payment.run", run.company_id, run.date.year, 1)
    session.add_all(runs)
    session.flush()
    m.PaymentRun.propose(session, runs)
    return [run.id for run in runs]


def propose(session: AnySession, runs: Iterable[Any]) -> None:
    """Find the lines of open runs anew. Raises PayError."""
    acts.require(session, PREPARE)
    rows = acts.locked(session, m.PaymentRun, runs)
    PayError.refuse({row.id: not_open(row) for row in rows if row.state != "open"})
    for run in rows:
        _propose(session, run)
    record(session, "propose", "payment.run", [row.id for row in rows])
    forget(session, rows)


def not_open(run: Any) -> str:
    """Why a run takes no changes any more."""
    return _("%(number)s is not open any more: begin a new payment run.", number=run.number)


def forget(session: AnySession, runs: Sequence[Any]) -> None:
    """Let objects see what statements have changed."""
    acts.forget(session, m.PaymentRun, [row.id for row in runs])
    for held in [x for x in session.identity_map.values() if isinstance(x, m.PaymentRunLine)]:
        session.expire(held)


def _propose(session: AnySession, run: Any) -> None:
    held = {row.open_item_id: row.hold for row in session.execute(_BY_HAND, {"run": run.id})}
    session.execute(_FORGET, {"run": run.id})
    values = {"run": run.id, "company": run.company_id, "currency": run.currency_code}
    lines = [_line(run, row) for row in session.execute(_ITEMS, values)]
    wanted = _wanted(run, lines)
    _hold(run, wanted, held)
    rows = list(_rows(run, wanted, held))
    m.PaymentRunLine._bulk(session, rows)
    session.execute(_UNAPPROVED, {"run": run.id})


def _line(run: Any, row: Any) -> Line:
    """With what may be kept for paying on the day of the run, and is lost by waiting."""
    discount = earned(row.amount, row.discount, row.discount_until, run.date)
    if not discount:
        return Line(row)
    lost = row.discount_until < run.next_date
    return Line(row, row.discount_until, discount, discount if lost else _ZERO)


def _wanted(run: Any, lines: Sequence[Line]) -> list[Line]:
    """What can't wait for the next run, with the credit notes of those suppliers, in the order of paying."""
    due = [
        line
        for line in lines
        if line.row.amount > 0 and (line.row.due_date < run.next_date or line.waiting_cost)
    ]
    partners = {line.row.partner_id for line in due}
    credits = [line for line in lines if line.row.amount < 0 and line.row.partner_id in partners]
    return sorted(due, key=lambda line: line.rank) + credits


def _hold(run: Any, lines: Sequence[Line], held: dict[int, str]) -> None:
    """Say what is not paid, and why."""
    for line in lines:
        line.hold = held.get(line.row.id) or _why_not(line.row)
    for partner in {line.row.partner_id for line in lines}:
        own = [line for line in lines if line.row.partner_id == partner and not line.hold]
        if _is_covered(own, smallest_unit(run.currency_code)):
            for line in own:
                line.hold = say("Its credit notes cover what is due: settle them with its bills.")
    _hold_beyond(run, lines)


def _is_covered(lines: Sequence[Line], unit: Decimal) -> bool:
    """Whether credit notes leave nothing to pay; a discount is earned by a payment of a cent at least."""
    early = sum(1 for line in lines if line.discount)
    left = sum((line.row.amount - line.discount for line in lines), _ZERO)
    return any(line.row.amount < 0 for line in lines) and left <= unit * early


def _why_not(row: Any) -> str:
    if row.payment_hold:
        return say("Payments are on hold: %(why)s", why=row.payment_hold)
    if row.run:
        return say("%(number)s pays it already.", number=row.run)
    if row.amount > 0 and row.account_id is None:
        return say("No bank account is known.")
    if row.amount > 0 and row.confirmed_by_id is None:
        return say("Its bank account is new or changed: somebody else has to confirm it first.")
    return ""


def _hold_beyond(run: Any, lines: Sequence[Line]) -> None:
    """As far as cash goes; credit notes of a supplier pay its first bills."""
    if run.cash_limit is None:
        return
    left = run.cash_limit
    credit: dict[int, Decimal] = {}
    for line in lines:
        if line.row.amount < 0 and not line.hold:
            credit[line.row.partner_id] = credit.get(line.row.partner_id, _ZERO) - line.row.amount
    for line in (one for one in lines if one.row.amount > 0 and not one.hold):
        asked = line.row.amount - line.discount
        by_credit = min(asked, credit.get(line.row.partner_id, _ZERO))
        if asked - by_credit > left:
            money = format_money(left, run.currency_code)
            line.hold = say("Only %(money)s of the limit are left for it.", money=money)
        else:
            left -= asked - by_credit
            credit[line.row.partner_id] = credit.get(line.row.partner_id, _ZERO) - by_credit


def _rows(run: Any, lines: Sequence[Line], held: dict[int, str]) -> Iterator[dict[str, Any]]:
    alone = _credits_alone(lines)
    for position, line in enumerate(lines, start=1):
        row = line.row
        hold = line.hold or (say("No bill of the supplier is paid now.") if row.id in alone else "")
        yield {
            "run_id": run.id,
            "company_id": run.company_id,
            "position": position,
            "open_item_id": row.id,
            "partner_id": row.partner_id,
            "account_id": row.account_id,
            "number": row.number,
            "reference": row.reference,
            "date": row.date,
            "due_date": row.due_date,
            "discount_until": line.discount_until,
            "amount": row.amount,
            "discount": line.discount,
            "waiting_cost": line.waiting_cost,
            "taken": not hold,
            "hold": hold,
            "by_hand": row.id in held,
        }


def _credits_alone(lines: Sequence[Line]) -> set[int]:
    """Credit notes of suppliers whose paid bills don't exceed them."""
    sums: dict[int, Decimal] = {}
    for line in lines:
        if not line.hold:
            sums[line.row.partner_id] = sums.get(line.row.partner_id, _ZERO) + line.row.amount - line.discount
    return {
        line.row.id for line in lines if line.row.amount < 0 and sums.get(line.row.partner_id, _ZERO) <= 0
    }
