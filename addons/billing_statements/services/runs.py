"""A statement run: create, release, send."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select, text

from addons.accounting.periods import CYCLES, Period, period_with
from addons.billing_statements.errors import StatementError
from addons.billing_statements.services.creation import RUN
from addons.billing_statements.services.delivery import why_unprintable_of
from core import m
from core.db import AnySession, advisory_lock
from core.i18n import _
from core.jobs import queue
from core.mail import outbox
from core.security import acts
from core.security.actor import actor_of, is_second
from core.security.audit import record

RELEASE = "billing_statements.send"
RENDER = "billing_statements.render"
SEND = "billing_statements.send"
#: Days that periods are computed for: with room on both sides of what a date can be.
EARLIEST, LATEST = date(1900, 1, 1), date(9900, 12, 31)
_RELEASED = text("UPDATE billing_run SET state = 'released', released_at = :now WHERE id = ANY(:ids)")


def check_period(
    cycle: str, period_end: date, today: date, changes: Collection[tuple[str, date | None]] = ()
) -> Period:
    """The period that ends on this day; raises StatementError where none does, or it is not over.

    `changes` are cycles with the last day before customers change, as `members.cycles` says.
    """
    if not EARLIEST <= period_end <= LATEST:
        raise StatementError(_("%(day)s is no day of a period that can be stated.", day=period_end))
    try:
        period = period_with(cycle, period_end)
    except ValueError as error:
        known = ", ".join(CYCLES)
        raise StatementError(
            _("There is no cycle “%(cycle)s”: choose one of %(known)s.", cycle=cycle, known=known)
        ) from error
    if (cycle, period_end) in changes:
        period = Period(period.start, period_end)
    if period.end != period_end:
        raise StatementError(
            _(
                "No %(cycle)s period ends on %(day)s: the nearest ends on %(end)s.",
                cycle=cycle,
                day=period_end,
                end=period.end,
            )
        )
    if period.end >= today:
        raise StatementError(
            _("The period is not over before %(day)s: run it from the next day on.", day=period.end)
        )
    return period


def start(session: AnySession, company_id: int, cycle: str, period: Period) -> tuple[Any, list[int]]:
    """Create the statements that are due and start rendering them; again, only what is still missing.

    Returns the run and the ids of the new statements. The caller commits.
    """
    acts.require(session, RUN)
    run = _run_of(session, company_id, cycle, period)
    refused = m.BillingRun.prepare(session, run)
    ids: list[int] = m.BillingStatement.create_for(session, run, refused=refused)
    if ids:
        run.state = "created"
        start_rendering(session, run)
    return run, ids


def _run_of(session: AnySession, company_id: int, cycle: str, period: Period) -> Any:
    advisory_lock(session, f"billing_statements {company_id}")
    run = m.BillingRun
    query = select(run).where(run.company_id == company_id, run.cycle == cycle, run.period_end == period.end)
    found = session.scalars(query).one_or_none()
    if found is None:
        found = run(
            company_id=company_id,
            cycle=cycle,
            period_start=period.start,
            period_end=period.end,
            user_id=actor_of(session).user_id,
        )
        session.add(found)
        session.flush()
    return found


def start_rendering(session: AnySession, run: Any) -> Any:
    """Start the job that prints the statements that have no file yet."""
    title = _("Statements up to %(day)s: print", day=run.period_end)
    # A job that is open already may have passed what is printed by this one.
    return queue.start(
        session,
        RENDER,
        title,
        params={"run": run.id},
        model="billing.run",
        record_id=run.id,
        alongside=True,
    )


def counts(session: AnySession, run_id: int) -> dict[str, int]:
    """How many statements of the run are in each state."""
    statement = m.BillingStatement
    query = select(statement.state, func.count()).where(statement.run_id == run_id).group_by(statement.state)
    return {state: number for state, number in session.execute(query)}


def release(session: AnySession, runs: Iterable[Any]) -> int:
    """Say that the printed statements may go out; returns how many. Nothing is sent before."""
    acts.require(session, RELEASE)
    rows = acts.locked(session, m.BillingRun, runs)
    ids = [row.id for row in rows]
    _refuse_own(session, rows)
    states = _states(session, ids)
    unprinted = [i for run_id in ids for i in states[run_id].get("created", ())]
    StatementError.refuse(why_unprintable_of(session, unprinted))
    waiting = _("Not all statements are printed yet: wait until the job has ended.")
    StatementError.refuse({i: waiting for i in ids if "created" in states[i]})
    StatementError.refuse(
        {i: _("There is no printed statement to release.") for i in ids if "rendered" not in states[i]}
    )
    printed = [i for run_id in ids for i in states[run_id]["rendered"]]
    m.BillingStatement.release(session, printed)
    session.execute(_RELEASED, {"ids": ids, "now": datetime.now(UTC)})
    record(session, "release", "billing.run", ids)
    acts.forget(session, m.BillingRun, ids)
    return len(printed)


def _refuse_own(session: AnySession, rows: Sequence[Any]) -> None:
    strict = select(m.Company.id).where(
        m.Company.id.in_({row.company_id for row in rows}), m.Company.second_release
    )
    companies = set(session.scalars(strict))
    StatementError.refuse(
        {row.id: own_run() for row in rows if row.company_id in companies and _is_own(session, row)}
    )


def waits_for_second(session: AnySession, run: Any) -> bool:
    """Whether the company wants somebody else than the session's user to release the run."""
    return bool(session.get_one(m.Company, run.company_id).second_release and _is_own(session, run))


def own_run() -> str:
    """What whoever has started a run is told where somebody else has to release it."""
    return _("You have started this run: somebody else looks at it and releases it.")


def _is_own(session: AnySession, run: Any) -> bool:
    return run.user_id is None or not is_second(session, run.user_id)


def _states(session: AnySession, run_ids: Sequence[int]) -> dict[int, dict[str, list[int]]]:
    """State → statements, of each run."""
    statement = m.BillingStatement
    query = select(statement.run_id, statement.state, func.array_agg(statement.id))
    found: dict[int, dict[str, list[int]]] = {run_id: {} for run_id in run_ids}
    grouped = query.where(statement.run_id == func.any(list(run_ids))).group_by(
        statement.run_id, statement.state
    )
    for run_id, state, ids in session.execute(grouped):
        found[run_id][state] = list(ids)
    return found


def send(session: AnySession, runs: Iterable[Any], most: int | None = None) -> list[Any]:
    """Start the jobs that mail released statements, at most so many of each run; each is mailed once.

    Raises StatementError, and JobStateError while such a job is at work.
    """
    acts.require(session, RELEASE)
    rows = acts.locked(session, m.BillingRun, runs)
    states = _states(session, [row.id for row in rows])
    unreleased = _("Release the statements before you send them.")
    StatementError.refuse({row.id: unreleased for row in rows if "released" not in states[row.id]})
    record(session, "send", "billing.run", [row.id for row in rows])
    return [_sending(session, row, most) for row in rows]


def _sending(session: AnySession, run: Any, most: int | None) -> Any:
    title = _("Statements up to %(day)s: send", day=run.period_end)
    params = {"run": run.id, "most": most}
    return queue.start(session, SEND, title, params=params, model="billing.run", record_id=run.id)


def failed_mails(session: AnySession, run_id: int) -> Sequence[Any]:
    """The mails of the run's statements that failed for good."""
    mail, statement = m.MailMessage, m.BillingStatement
    of_run = select(statement.mail_id).where(statement.run_id == run_id)
    return session.scalars(select(mail).where(mail.id.in_(of_run), mail.state == "failed")).all()


def retry_mails(session: AnySession, runs: Iterable[Any]) -> int:
    """Send the failed mails of the runs once more, and no other; returns how many."""
    acts.require(session, RELEASE)
    ids = [row.id for row in acts.locked(session, m.BillingRun, runs)]
    failed = [mail for run_id in ids for mail in failed_mails(session, run_id)]
    for mail in failed:
        outbox.retry(session, mail)
    return len(failed)


def statement_ids(session: AnySession, run_id: int, state: str) -> Sequence[Any]:
    """The run's statements in a state, with the customer's code and name, in order of numbers."""
    statement = m.BillingStatement
    query = (
        select(statement.id, statement.number, m.Partner.code, m.Partner.name)
        .join(m.Partner, m.Partner.id == statement.partner_id)
        .where(statement.run_id == run_id, statement.state == state)
        .order_by(statement.number)
    )
    return session.execute(query).all()
