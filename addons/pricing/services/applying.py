"""Let received goods cost the latest price, and take that back.

Problem: 100 came at 1.00 and 50 of them are sold; the list has 1.08. Rule: the difference of each accepted
line goes through everything that followed from its receipt (see `addons.stock.services.revaluing`): 4.00 to
the inventory and 4.00 to the cost of what was sold, 8.00 to goods received and not billed, which the bill
will clear at 1.08. What is billed already goes against claims on suppliers instead. All of it is one
transaction.

Nothing is done to a line whose move has changed since it was found. Undoing does the opposite of what was
written, and refuses where a bill or a later run stands on the new price.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import books_of
from addons.pricing.services.deciding import BEYOND
from addons.pricing.services.errors import PricingError
from addons.pricing.services.priced import BY_NOW, LAST_RUN
from addons.pricing.services.screening import REPRICE, not_open
from addons.stock.services.revaluing import CostChange
from core import m
from core.db import AnySession
from core.db.locks import limit_waiting
from core.i18n import _
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

#: Order lines first, as those who bill lock them.
_LOCK_LINES = text("""
    SELECT l.id FROM purchasing_order_line l
     WHERE l.id IN (SELECT v.purchase_line_id FROM stock_move v JOIN pricing_run_line p ON p.move_id = v.id
                     WHERE p.run_id = :run AND p.accepted)
     ORDER BY l.id FOR UPDATE
""")
#: Read once the order lines are locked: what another run did to the moves until then is known here.
_LINES = text(f"""
    SELECT p.id, p.move_id, p.price, p.value, p.claim_value, p.billed, v.billed AS billed_by_now,
           {BY_NOW} AS by_now, t.number AS receipt, d.code AS part
      FROM pricing_run_line p JOIN stock_move v ON v.id = p.move_id {LAST_RUN}
      JOIN stock_transfer t ON t.id = v.transfer_id JOIN product d ON d.id = p.product_id
     WHERE p.run_id = :run AND p.accepted ORDER BY p.move_id FOR UPDATE OF v
""")  # noqa: S608  # our own constants
_MARK = text("UPDATE pricing_run_line SET applied = :applied WHERE run_id = :run AND accepted")
_APPLIED = text("""
    UPDATE pricing_run SET state = 'applied', applied_at = :now, applied_by_id = :user WHERE id = :run
""")
_UNDONE = text("UPDATE pricing_run SET state = 'undone', undone_at = :now WHERE id = :run")
#: Runs that changed these moves later; by the index of applied lines, however old what is known of the table.
_LATER = text("""
    SELECT w.id AS move_id, r.number
      FROM unnest(CAST(:ids AS bigint[])) AS w (id)
     CROSS JOIN LATERAL (SELECT run_id FROM pricing_run_line
                          WHERE move_id = w.id AND applied ORDER BY id DESC LIMIT 1) k
      JOIN pricing_run r ON r.id = k.run_id
     WHERE k.run_id <> :run
""")
_RECEIPTS = text("SELECT id, coalesce(returns_id, id) AS receipt FROM stock_move WHERE id = ANY(:ids)")
#: The last bill or credit note that stands on a move.
_BILLS = text("""
    SELECT DISTINCT ON (y.move_id) y.move_id, coalesce(b.number, b.reference) AS number
      FROM purchasing_billed_move y JOIN accounting_bill_line l ON l.id = y.bill_line_id
      JOIN accounting_bill b ON b.id = l.bill_id
     WHERE y.move_id = ANY(:ids) ORDER BY y.move_id, b.id DESC
""")


def apply(session: AnySession, runs: Iterable[Any]) -> None:
    """Apply the accepted lines of open runs. Raises PricingError, StockError."""
    acts.require(session, REPRICE)
    rows = acts.locked(session, m.PricingRun, runs)
    PricingError.refuse({row.id: not_open(row) for row in rows if row.state != "open"})
    beyond = set(session.scalars(BEYOND, {"ids": [r.id for r in rows if r.approved_by_id is None]}))
    PricingError.refuse({row.id: _needs_approval(row) for row in rows if row.id in beyond})
    for run in rows:
        _apply(session, run)


def _needs_approval(run: Any) -> str:
    return _(
        "Lines of %(number)s change by more than the tolerance: somebody else has to approve it first.",
        number=run.number,
    )


def _apply(session: AnySession, run: Any) -> None:
    lines = _locked_lines(session, run)
    if not lines:
        raise PricingError(_("No line of %(number)s is accepted: accept some first.", number=run.number))
    _refuse_changed(session, lines)
    claimed = _revalue(session, run, lines, 1)
    session.execute(_MARK, {"run": run.id, "applied": True})
    m.PricingClaim.open_for(session, run.id, _by_line(session, lines, claimed))
    values = {"run": run.id, "now": datetime.now(UTC), "user": actor_of(session).user_id}
    session.execute(_APPLIED, values)
    _tell(session, "apply", run)


def _locked_lines(session: AnySession, run: Any) -> Sequence[Any]:
    limit_waiting(session)
    session.execute(_LOCK_LINES, {"run": run.id})
    return session.execute(_LINES, {"run": run.id}).all()


def _refuse_changed(session: AnySession, lines: Sequence[Any]) -> None:
    locked = m.StockMove.locked_because(session, [line.move_id for line in lines])
    PricingError.refuse(
        {
            line.id: locked.get(line.move_id) or _changed(line)
            for line in lines
            if line.move_id in locked or (line.by_now, line.billed_by_now) != (line.price, line.billed)
        }
    )


def _changed(line: Any) -> str:
    return _(
        "%(part)s of %(receipt)s has changed since: find the lines of the run anew.",
        part=line.part,
        receipt=line.receipt,
    )


def _revalue(session: AnySession, run: Any, lines: Sequence[Any], sign: int) -> dict[int, Decimal]:
    """Write the differences; returns what stands on claims on suppliers by them, by the move's id."""
    books = books_of(session, run.company_id)
    claimed: dict[int, Decimal] = {}
    for purpose, name in (("goods_received", "value"), ("supplier_claims", "claim_value")):
        changes = [
            CostChange(line.move_id, sign * getattr(line, name), books.account(purpose))
            for line in lines
            if getattr(line, name)
        ]
        if changes:
            done = m.StockMove.revalue(session, changes, "repricing", None, run.number)
            if purpose == "supplier_claims":
                account = books.account(purpose)
                claimed = {one.move_id: -one.accounts[account] for one in done if account in one.accounts}
    return claimed


def _by_line(session: AnySession, lines: Sequence[Any], claimed: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """What was claimed for each line, with what of it went back."""
    of = {line.move_id: line.id for line in lines}
    sums: dict[int, Decimal] = {}
    for row in session.execute(_RECEIPTS, {"ids": list(claimed)}) if claimed else ():
        sums[of[row.receipt]] = sums.get(of[row.receipt], Decimal(0)) + claimed[row.id]
    return sums


def undo(session: AnySession, runs: Iterable[Any]) -> None:
    """Take applied runs back. Raises PricingError where something later stands on them."""
    acts.require(session, REPRICE)
    rows = acts.locked(session, m.PricingRun, runs)
    PricingError.refuse(
        {row.id: _("%(number)s is not applied.", number=row.number) for row in rows if row.state != "applied"}
    )
    for run in sorted(rows, key=lambda row: row.applied_at, reverse=True):
        _undo(session, run)


def _undo(session: AnySession, run: Any) -> None:
    lines = _locked_lines(session, run)
    _refuse_built_on(session, run, lines)
    m.PricingClaim.withdraw_of(session, run.id)
    _revalue(session, run, lines, -1)
    session.execute(_MARK, {"run": run.id, "applied": False})
    session.execute(_UNDONE, {"run": run.id, "now": datetime.now(UTC)})
    _tell(session, "undo", run)


def _refuse_built_on(session: AnySession, run: Any, lines: Sequence[Any]) -> None:
    """Refuse where a later run, a later bill or a confirmed statement knows the new price."""
    moves = [line.move_id for line in lines]
    later = {row.move_id: row.number for row in session.execute(_LATER, {"run": run.id, "ids": moves})}
    billed = [line.move_id for line in lines if line.billed_by_now != line.billed]
    bills = {row.move_id: row.number for row in session.execute(_BILLS, {"ids": billed})}
    locked = m.StockMove.locked_because(session, moves)
    refused = {}
    for line in lines:
        if line.move_id in later:
            refused[line.id] = _("%(number)s changed it later: undo that first.", number=later[line.move_id])
        elif line.move_id in bills:
            refused[line.id] = _("%(number)s bills it: take that back first.", number=bills[line.move_id])
        elif line.move_id in locked:
            refused[line.id] = locked[line.move_id]
    PricingError.refuse(refused)


def _tell(session: AnySession, what: str, run: Any) -> None:
    record(session, what, "pricing.run", [run.id])
    acts.forget(session, m.PricingRun, [run.id])
    kinds: tuple[Any, ...] = (m.PricingRunLine, m.StockWorth)
    for held in [x for x in session.identity_map.values() if isinstance(x, kinds)]:
        session.expire(held)
