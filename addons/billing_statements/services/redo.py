"""Do one customer's statement again, and no other's."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update

from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import answers
from addons.billing_statements.services.creation import RUN
from addons.billing_statements.services.runs import start_rendering
from core import m
from core.db import AnySession, advisory_lock
from core.i18n import _
from core.security import acts
from core.security.audit import record


def redo(session: AnySession, statement: Any) -> Any:
    """Supersede the statement and create its next version from what the ledger says now.

    The old one is kept and marked; its documents are free for the new one. Refused while a later
    statement stands on its closing balance.
    """
    acts.require(session, RUN)
    advisory_lock(session, f"billing_statements {statement.company_id}")
    session.refresh(statement)
    if statement.state == "superseded":
        raise StatementError(_("%(number)s has been superseded already.", number=statement.number))
    _refuse_when_followed(session, statement)
    _refuse_of_branch(statement)
    _free_lines(session, statement)
    statement.state = "superseded"
    session.flush()
    answers.withdraw(session, statement.id)
    refused = m.BillingRun.prepare(session, statement.run, [statement.partner_id])
    StatementError.refuse(refused)
    ids = m.BillingStatement.create_for(session, statement.run, [statement.partner_id])
    renewed = session.scalars(
        select(m.BillingStatement).where(
            m.BillingStatement.id == func.any(ids),
            m.BillingStatement.currency_code == statement.currency_code,
        )
    ).one_or_none()
    if renewed is not None:
        renewed.version, renewed.replaces_id = statement.version + 1, statement.id
        renewed.issued_at = datetime.now(UTC).replace(microsecond=0)
    statement.run.state = "created"
    session.flush()
    record(session, "redo", "billing.statement", [statement.id])
    start_rendering(session, statement.run)
    return renewed


def followed_by(session: AnySession, statement: Any) -> str | None:
    """The number of the latest statement that stands on this one's closing balance; None where none does."""
    later = m.BillingStatement
    query = select(later.number).where(
        later.company_id == statement.company_id,
        later.partner_id == statement.partner_id,
        later.currency_code == statement.currency_code,
        later.period_end > statement.period_end,
        later.state != "superseded",
    )
    return session.scalar(query.order_by(later.period_end.desc()).limit(1))


def _refuse_when_followed(session: AnySession, statement: Any) -> None:
    number = followed_by(session, statement)
    if number is not None:
        raise StatementError(
            _(
                "%(later)s continues from %(number)s: do that one again first.",
                later=number,
                number=statement.number,
            )
        )


def _refuse_of_branch(statement: Any) -> None:
    head = statement.partner.statement_partner
    if head is not None:
        raise StatementError(
            _(
                "%(branch)s is stated with %(head)s now: correct its documents, and they stand there.",
                branch=statement.partner.name,
                head=head.name,
            )
        )


def _free_lines(session: AnySession, statement: Any) -> None:
    line = m.BillingStatementLine
    session.execute(update(line).where(line.statement_id == statement.id).values(live=False))
