"""Mail what payments are for: one advice a supplier, each exactly once.

A run pays two hundred suppliers, and each wants to know which bills that was for. A job mails them; one that
was sent already, by hand or by an earlier job, is skipped, and who has no address is said.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from addons.supplier_payments.services.errors import PayError
from addons.supplier_payments.services.paying import PAY
from core import letters, m
from core.db import AnySession
from core.i18n import _
from core.jobs import queue
from core.security import acts

JOB, ADVICE = "supplier_payments.advices", "payment.advice"
_PAYMENTS = text("""
    SELECT y.id, y.number, p.name FROM accounting_payment y JOIN partner p ON p.id = y.partner_id
     WHERE y.id IN (SELECT payment_id FROM payment_run_line WHERE run_id = :run) ORDER BY y.number, y.id
""")


def start(session: AnySession, runs: Iterable[Any]) -> list[Any]:
    """A job for each paid run. Raises PayError, JobStateError where one is under way."""
    acts.require(session, PAY)
    rows = acts.locked(session, m.PaymentRun, runs)
    PayError.refuse(
        {row.id: _("%(number)s is not paid yet.", number=row.number) for row in rows if row.state != "paid"}
    )
    return [
        queue.start(
            session,
            JOB,
            _("Advices of %(number)s", number=row.number),
            params={"run": row.id},
            model="payment.run",
            record_id=row.id,
        )
        for row in rows
    ]


def payments_of(session: AnySession, run_id: int) -> Any:
    """Id, number and supplier's name of what a run has paid."""
    return session.execute(_PAYMENTS, {"run": run_id}).all()


def send(session: AnySession, payment_id: int) -> Any:
    """The mail of one payment, or None where one was sent. Raises LetterError where it can't be."""
    acts.locked(session, m.AccountingPayment, [payment_id])
    return letters.send_once(session, session.get_one(m.AccountingPayment, payment_id), ADVICE)
