"""Ask customers whether a statement is right, and keep what they answer.

A statement that is mailed has a link: the customer opens it without a log-in, downloads the file, confirms
it, or says line by line what is wrong. Opening does nothing, so that a robot that follows links confirms
nothing. Each line that is disputed becomes a task with an owner and a day; when all of a statement are
settled, so is the statement. A statement that is done again withdraws what its older version asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import comparing
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

ASK, SETTLE = "billing_statements.send", "billing_statements.run"
PURPOSE = "billing.answer"
#: Days until a dispute should be settled.
DAYS = 7
#: Without a log-in: lists of one statement, and lines of a list.
MOST_LISTS, MOST_LINES = 20, 5000


def ask(session: AnySession, statements: Iterable[Any]) -> list[Any]:
    """An answer to be, with its link, for each statement that has none; returns those of all."""
    acts.require(session, ASK)
    made = []
    for statement in statements:
        answer = answer_of(session, statement.id)
        if answer is None:
            answer = m.BillingAnswer(company_id=statement.company_id, statement_id=statement.id)
            session.add(answer)
            session.flush()
        if answer.state == "asked" and statement.company.answer_days:
            days, locale = statement.company.answer_days, statement.partner.language
            answer.link_id = m.Link.make(session, PURPOSE, answer, days, locale).id
        made.append(answer)
    session.flush()
    return made


def answer_of(session: AnySession, statement_id: int) -> Any:
    """What was asked about a statement, and answered; None where nobody asked."""
    query = select(m.BillingAnswer).where(m.BillingAnswer.statement_id == statement_id)
    return session.scalars(query).one_or_none()


def address_of(session: AnySession, statement: Any) -> str:
    """Where the customer answers; empty where nobody asks, or where nobody outside reaches us."""
    if not statement.company.answer_days or not m.Link.is_reachable():
        return ""
    (answer,) = m.BillingAnswer.ask(session, [statement])
    return str(m.Link.address(answer.link)) if answer.link is not None else ""


def answer(
    session: AnySession,
    answers: Sequence[Any],
    agreed: bool,
    by: str,
    note: str,
    remarks: Mapping[int, str],
    figures: Mapping[int, Mapping[str, Decimal]] = MappingProxyType({}),
) -> None:
    """Keep what a customer said; `remarks` and `figures` are by the id of the statement's line.

    Raises StatementError.
    """
    differs = {line_id: _("It differs.") for line_id in figures}
    remarks = {**differs, **remarks}
    acts.require(session, ASK)
    rows = acts.locked(session, m.BillingAnswer, answers)
    StatementError.refuse(
        {row.id: _("This statement is answered already.") for row in rows if row.state != "asked"}
    )
    if agreed and remarks:
        raise StatementError(_("Confirm the statement, or say what is wrong with its lines: not both."))
    if not agreed and not remarks and not note.strip():
        raise StatementError(_("Say what is wrong: beside the line, or in the note."))
    for row in rows:
        found = session.get_one(m.BillingAnswer, row.id, populate_existing=True)
        found.state, found.answered_at = "confirmed" if agreed else "disputed", datetime.now(UTC)
        found.answered_by, found.note = by.strip(), note.strip()
        _dispute(session, found, remarks, figures)
    session.flush()
    record(session, "confirm" if agreed else "dispute", PURPOSE, [row.id for row in rows])


def _dispute(
    session: AnySession,
    answer: Any,
    remarks: Mapping[int, str],
    figures: Mapping[int, Mapping[str, Decimal]],
) -> None:
    if answer.state != "disputed":
        return
    known = {line.id for line in answer.statement.lines}
    said: list[tuple[int | None, str]] = [(i, words) for i, words in remarks.items() if i in known]
    for line_id, words in said or [(None, answer.note)]:
        dispute = m.BillingDispute(
            company_id=answer.company_id,
            answer_id=answer.id,
            statement_id=answer.statement_id,
            partner_id=answer.statement.partner_id,
            statement_line_id=line_id,
            reason=words,
            quantity=figures.get(line_id or 0, {}).get("quantity"),
            unit_price=figures.get(line_id or 0, {}).get("price"),
            owner_id=answer.statement.partner.salesperson_id,
            due=today() + timedelta(days=DAYS),
        )
        session.add(dispute)


def settle(session: AnySession, disputes: Iterable[Any], outcome: str) -> None:
    """Say how disputes ended; a statement without an open one is settled. Raises StatementError."""
    acts.require(session, SETTLE)
    rows = acts.locked(session, m.BillingDispute, disputes)
    StatementError.refuse({row.id: _("It is settled already.") for row in rows if row.state != "open"})
    if not outcome.strip():
        raise StatementError(_("Say how it was settled: the words are kept with it."))
    for row in rows:
        dispute = session.get_one(m.BillingDispute, row.id, populate_existing=True)
        dispute.state, dispute.outcome, dispute.settled_at = "settled", outcome.strip(), datetime.now(UTC)
        session.flush()
        if not any(one.state == "open" for one in dispute.answer.disputes):
            dispute.answer.state = "settled"
    session.flush()
    record(session, "settle", "billing.dispute", [row.id for row in rows])


def take_list(session: AnySession, answers: Iterable[Any], filename: str, contents: bytes) -> None:
    """Keep a customer's own list with what was asked. Raises StatementError, FileError."""
    acts.require(session, ASK)
    rows = acts.locked(session, m.BillingAnswer, answers)
    StatementError.refuse(
        {row.id: _("This statement is answered already.") for row in rows if row.state != "asked"}
    )
    if contents.startswith(b"%PDF"):  # reading one takes seconds, which nobody gets without a log-in
        raise StatementError(_("Bring a table, xlsx or csv: send a PDF by mail instead."))
    for row in rows:
        found = session.get_one(m.BillingAnswer, row.id, populate_existing=True)
        if comparing.count_lists(session, found.statement) >= MOST_LISTS:
            raise StatementError(_("There are many lists of this statement already: send this one by mail."))
        kept = comparing.keep_list(session, found.statement, filename, contents, most=MOST_LINES)
        found.their_list_id = kept.id
    session.flush()


def withdraw(session: AnySession, statement_id: int) -> None:
    """Ask no more about a statement that is superseded."""
    found = answer_of(session, statement_id)
    if found is not None and found.link_id is not None:
        m.Link.revoke(session, [found.link_id])
