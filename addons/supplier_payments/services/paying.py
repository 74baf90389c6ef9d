"""Pay what was approved: one payment a supplier, after its credit notes and discounts.

Problem: a supplier has bills of 600.00 and 400.00, a credit note of 150.00, and gives 2 % on the second.
Rule: the credit note of 150.00 is settled with the first; the payment of 842.00 settles 450.00 of that, and
the second whole by 392.00 and the 8.00 that are kept, which accounting books as it does those of payments by
hand. What has changed since the approval, such as a bill that was paid by hand or an account, refuses the
run and says so.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.allocation import Pair
from addons.accounting.services.drafts import PaymentDraft, PaymentLine
from addons.accounting.services.early import earned
from addons.supplier_payments.services import proposing
from addons.supplier_payments.services.accounts import IS_AGREED
from addons.supplier_payments.services.errors import PayError
from core import m
from core.db import AnySession, smallest_unit
from core.i18n import _
from core.security import acts
from core.security.audit import record

PAY = "supplier_payments.pay"
_ZERO = Decimal(0)
_LINES = text(f"""
    SELECT l.id, l.open_item_id, l.partner_id, l.number, l.amount, l.discount, o.allocated - o.amount AS now,
           abs(o.discount) AS agreed, o.discount_until,
           {IS_AGREED} AS confirmed, p.payment_hold
      FROM payment_run_line l JOIN accounting_open_item o ON o.id = l.open_item_id
      JOIN partner p ON p.id = l.partner_id
      LEFT JOIN payment_bank_account a ON a.id = l.account_id
     WHERE l.run_id = :run AND l.taken ORDER BY l.position FOR UPDATE OF o
""")  # noqa: S608  # a piece of SQL of our own
_PAID = text("UPDATE payment_run SET state = 'paid', paid_at = :now WHERE id = :run")
_NOTE = text("""
    UPDATE payment_run_line l SET payment_id = w.payment
      FROM unnest(CAST(:partners AS bigint[]), CAST(:payments AS bigint[])) AS w (partner, payment)
     WHERE l.run_id = :run AND l.taken AND l.partner_id = w.partner
""")


def pay(session: AnySession, runs: Iterable[Any]) -> list[int]:
    """Post the payments of approved runs. Raises PayError."""
    acts.require(session, PAY)
    rows = acts.locked(session, m.PaymentRun, runs)
    waiting = _("A second person has to approve the run first.")
    PayError.refuse({row.id: waiting for row in rows if row.state == "open"})
    PayError.refuse({row.id: proposing.not_open(row) for row in rows if row.state != "approved"})
    made = [payment for run in rows for payment in _pay(session, run)]
    record(session, "pay", "payment.run", [row.id for row in rows])
    proposing.forget(session, rows)
    return made


def _pay(session: AnySession, run: Any) -> list[int]:
    lines = session.execute(_LINES, {"run": run.id}).all()
    PayError.refuse({line.id: why for line in lines if (why := _changed(line, run.date))})
    left = {line.open_item_id: abs(line.amount) for line in lines}
    _settle_credits(session, run, lines, left)
    drafts = _drafts(run, lines, left)
    made: list[int] = m.AccountingPayment.create(session, drafts)
    m.AccountingPayment.post(session, made)
    partners = [draft.partner_id for draft in drafts]
    session.execute(_NOTE, {"run": run.id, "partners": partners, "payments": made})
    session.execute(_PAID, {"run": run.id, "now": datetime.now(UTC)})
    return made


def _changed(line: Any, on: date) -> str:
    if line.discount and line.discount != earned(line.now, line.agreed, line.discount_until, on):
        return _("The discount on %(number)s has changed since: begin a new run.", number=line.number)
    if line.now != line.amount:
        return _("What is open of %(number)s has changed since: begin a new run.", number=line.number)
    if line.payment_hold or (line.amount > 0 and not line.confirmed):
        return _("The supplier of %(number)s is on hold since, or its account.", number=line.number)
    return ""


def _settle_credits(session: AnySession, run: Any, lines: Sequence[Any], left: dict[int, Decimal]) -> None:
    """Credit notes of each supplier settle its bills, in the order of the run.

    Of a bill with a discount they leave a cent: it is earned by a payment alone.
    """
    unit = smallest_unit(run.currency_code)
    pairs = []
    for credit in (line for line in lines if line.amount < 0):
        for bill in (one for one in lines if one.partner_id == credit.partner_id and one.amount > 0):
            kept = bill.discount + unit if bill.discount else _ZERO
            amount = min(left[credit.open_item_id], left[bill.open_item_id] - kept)
            if amount > 0:
                pairs.append(Pair(credit.open_item_id, bill.open_item_id, amount, run.date))
                left[credit.open_item_id] -= amount
                left[bill.open_item_id] -= amount
    if pairs:
        m.AccountingAllocation.settle(session, pairs, run.date)


def _drafts(run: Any, lines: Sequence[Any], left: dict[int, Decimal]) -> list[PaymentDraft]:
    by_partner: dict[int, list[PaymentLine]] = {}
    for line in lines:
        if line.amount > 0 and left[line.open_item_id]:
            amount = left[line.open_item_id] - line.discount
            paid = PaymentLine(line.open_item_id, amount, line.discount)
            by_partner.setdefault(line.partner_id, []).append(paid)
    return [
        PaymentDraft(
            run.company_id,
            partner,
            run.date,
            sum((one.amount for one in own), _ZERO),
            run.currency_code,
            direction="out",
            side="payable",
            reference=run.number,
            lines=own,
            remainder="keep",
        )
        for partner, own in by_partner.items()
    ]
