"""Print one statement, check it, and hand it to the outbox."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import answers, enclosures, guarding
from addons.billing_statements.services.creation import RUN
from addons.billing_statements.services.data import data_files
from core import letters, m
from core.db import AnySession, loading, lock_rows
from core.documents import Identity, UnprintableError, filename_of, render_pdf, unprintable
from core.errors import NAMED
from core.i18n import _, format_date, format_money, in_locale
from core.jobs.kinds import SkippedError
from core.mail import Draft, Templates, parse_addresses, queue_all
from core.records import attachments
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

DOCUMENT = "billing.statement"
SEND = "billing_statements.send"
#: What each page is made of, loaded for all of a set at once.
_PRINTED = ("partner", "company", "lines")
#: What each mail is made of, likewise.
_MAILED = ("partner.contacts", "company", "attachment", "replaces")
_RELEASE = text("UPDATE billing_statement SET state = 'released' WHERE id = ANY(:ids)")


def identity_of(statement: Any) -> Identity:
    """Which statement, whose, in which version: what the PDF says of itself."""
    return Identity(
        DOCUMENT,
        statement.number,
        statement.partner.code,
        statement.issued_at.astimezone(UTC),
        statement.version,
    )


def states_of(session: AnySession, ids: Sequence[int]) -> dict[int, str]:
    """The states of statements, which are locked for this step, in the order of their ids."""
    statement = m.BillingStatement
    query = select(statement.id, statement.state).where(statement.id.in_(ids)).order_by(statement.id)
    return {i: state for i, state in session.execute(query.with_for_update())}


def reachable(session: AnySession, ids: Sequence[int]) -> list[int]:
    """Those of these statements whose customers have a mail address for them."""
    query = select(m.BillingStatement).where(m.BillingStatement.id.in_(ids)).order_by(m.BillingStatement.id)
    found = session.scalars(query.options(loading(m.BillingStatement, "partner.contacts")))
    return [one.id for one in found if one.partner.addresses_for("statement")]


def render(session: AnySession, statements: Iterable[Any]) -> list[Any]:
    """Print statements that have no file yet, and keep the files: what is previewed is what is sent."""
    acts.require(session, RUN)
    found = _records(session, statements, *_PRINTED)
    StatementError.refuse({s.id: _("printed already") for s in found if s.state != "created"})
    files = [_printed(statement) for statement in found]
    session.add_all(files)
    session.flush()
    for statement, file in zip(found, files, strict=True):
        statement.attachment_id, statement.state = file.id, "rendered"
    session.flush()
    for statement in found:
        if statement.partner.statement_workbook:
            enclosures.workbook(session, statement, identity_of(statement))
    return files


def _records(session: AnySession, statements: Iterable[Any], *loaded: str) -> list[Any]:
    """The statements, locked and as they are now: printing and mailing need all that hangs on them."""
    ids = acts.ids_of(session, statements)
    found = {statement.id: statement for statement in lock_rows(session, m.BillingStatement, ids, *loaded)}
    return [found[i] for i in ids if i in found]


def _printed(statement: Any) -> Any:
    locale, identity = statement.partner.language, identity_of(statement)
    contents = render_pdf(
        DOCUMENT,
        statement,
        locale=locale,
        identity=identity,
        data_files=data_files(statement),
    )
    return m.Attachment(
        company_id=statement.company_id,
        filename=filename_of(DOCUMENT, statement, locale=locale),
        mimetype="application/pdf",
        sha256=attachments.store(contents),
        size=len(contents),
        model=DOCUMENT,
        record_id=statement.id,
    )


def release(session: AnySession, statements: Iterable[Any]) -> None:
    """Say that printed statements may go out; raises StatementError."""
    acts.require(session, SEND)
    rows = acts.locked(session, m.BillingStatement, statements)
    StatementError.refuse(why_unprintable_of(session, [row.id for row in rows if row.state == "created"]))
    unprinted = {r.id: _("%(number)s is not printed, or out.", number=r.number) for r in rows}
    StatementError.refuse({r.id: unprinted[r.id] for r in rows if r.state != "rendered"})
    ids = [row.id for row in rows]
    session.execute(_RELEASE, {"ids": ids})
    record(session, "release", DOCUMENT, ids)
    acts.forget(session, m.BillingStatement, ids)


def why_unprintable_of(session: AnySession, ids: Sequence[int]) -> dict[int, str]:
    """Which of these statements cannot be printed, for characters that no font has: the first few."""
    statement = m.BillingStatement
    query = select(statement).where(statement.id.in_(ids)).order_by(statement.number).limit(NAMED)
    found = {}
    for one in session.scalars(query) if ids else ():
        characters = unprintable(DOCUMENT, one, locale=one.partner.language)
        if characters:
            found[one.id] = str(UnprintableError.of_document(identity_of(one), characters))
    return found


def send(session: AnySession, statements: Iterable[Any]) -> list[Any]:
    """Put released statements into the outbox, each once; recipient and file come from the one record.

    Raises StatementError for one that is not released, or was sent; SkippedError for a customer without an
    address; MisdirectedError for a swapped file.
    """
    acts.require(session, SEND)
    found = _records(session, statements, *_MAILED)
    StatementError.refuse({s.id: _why_not_sent(s) for s in found if s.state != "released"})
    keys = [f"{DOCUMENT}:{statement.id}:{statement.version}" for statement in found]
    messages = _mail(session, [(s, _recipients(s), key) for s, key in zip(found, keys, strict=True)])
    for statement, message in zip(found, messages, strict=True):
        statement.mail_id, statement.state = message.id, "sent"
    session.flush()
    return messages


def _why_not_sent(statement: Any) -> str:
    if statement.state == "sent":
        return _("sent already")
    return _("Release %(number)s before you send it.", number=statement.number)


def _recipients(statement: Any) -> list[str]:
    partner = statement.partner
    found = parse_addresses(partner.addresses_for("statement"))
    if not found:
        raise SkippedError(
            _("no e-mail address: add one to customer %(code)s, then send again", code=partner.code)
        )
    return found


def send_again(session: AnySession, statement: Any, reason: str, after: int) -> Any:
    """Mail a statement that was sent, once more, for a reason that is kept in its mail log.

    `after` is how many mails of it the person saw: asking twice from one page sends once. Raises
    StatementError, and MailAddressError for a customer whose address is bad.
    """
    acts.require(session, SEND)
    (statement,) = _records(session, [statement])
    if statement.state != "sent":
        raise StatementError(_("Only a statement that was sent can be sent again."))
    if not reason.strip():
        raise StatementError(_("Give the reason why it is sent again."))
    known = mails_of(session, statement)
    if len(known) > after:
        return known[-1]
    recipients = parse_addresses(statement.partner.addresses_for("statement"))
    key = f"{DOCUMENT}:{statement.id}:{statement.version}:again:{after}"
    (message,) = _mail(session, [(statement, recipients, key)])
    note = f"{actor_of(session).name}: {reason.strip()}"
    session.add(m.MailAttempt(message_id=message.id, outcome="again", response=note))
    record(session, "send", DOCUMENT, [statement.id], {"reason": reason.strip(), "mail": message.id})
    statement.mail_id = message.id
    session.flush()
    return message


def mails_of(session: AnySession, statement: Any) -> Sequence[Any]:
    """All mails of this statement, in order, with their attempts and files."""
    mail = m.MailMessage
    query = select(mail).where(mail.model == DOCUMENT, mail.record_id == statement.id)
    loaded = selectinload(mail.attempt_log), selectinload(mail.attachments)
    return session.scalars(query.options(*loaded).order_by(mail.id)).all()


def _mail(session: AnySession, letters_of: Sequence[tuple[Any, list[str], str]]) -> list[Any]:
    """Put the very files of statements into the outbox, with what goes along, and read all back.

    `letters_of`: the statement, its recipients, and the key under which it is mailed once.
    """
    with session.begin_nested():  # what is refused leaves no mail behind
        templates = Templates(session)
        messages = queue_all(session, [_draft(session, templates, *one) for one in letters_of])
        mails = [
            (message, one[0], identity_of(one[0])) for message, one in zip(messages, letters_of, strict=True)
        ]
        guarding.check_mails(session, mails, own=True)
    return messages


def _draft(
    session: AnySession, templates: Templates, statement: Any, recipients: list[str], key: str
) -> Draft:
    subject, body = _text(session, templates, statement)
    return Draft(
        to=recipients,
        subject=subject,
        body=body,
        model=DOCUMENT,
        record_id=statement.id,
        company_id=statement.company_id,
        attachments=[
            statement.attachment,
            *enclosures.attached_to(session, statement, identity_of(statement)),
        ],
        idempotency_key=key,
        when_unsure="park",
    )


def _text(session: AnySession, templates: Templates, statement: Any) -> tuple[str, str]:
    locale = statement.partner.language
    with in_locale(locale):
        words = {**words_of(statement), "answer": answers.address_of(session, statement)}
        words["invoices"] = enclosures.link_of(session, statement, identity_of(statement))
        subject, body = templates.render(mail_of(statement), locale, words)
        # A template that was edited before there were links to invoices does not name them.
        if words["invoices"] not in body:
            body = body.rstrip() + "\n\n" + _("Its invoices: %(link)s", link=words["invoices"]) + "\n"
    return subject, body


def mail_of(statement: Any) -> str:
    """Which mail template goes with it."""
    return "billing.statement_replaced" if statement.replaces_id else "billing.statement"


def words_of(statement: Any) -> dict[str, Any]:
    """What the mail templates may name, in the language of now."""
    return {
        "number": statement.number,
        "version": statement.version,
        "partner": statement.partner.name,
        "company": statement.company.name,
        "period_start": format_date(statement.period_start),
        "period_end": format_date(statement.period_end),
        "closing": format_money(statement.closing, statement.currency_code),
        "answer": "",
        "invoices": "",
    }


def send_by_hand(session: AnySession, statements: Iterable[Any], letter: letters.Letter) -> list[Any]:
    """Put statements into the outbox with a letter that a person has written; returns the mails.

    A released statement is then sent: its run doesn't mail it again. Raises LetterError.
    """
    acts.require(session, SEND)
    return [_by_hand(session, statement, letter) for statement in _records(session, statements)]


def _by_hand(session: AnySession, statement: Any, letter: letters.Letter) -> Any:
    identity = identity_of(statement)
    with session.begin_nested():
        message = letters.put_out(session, statement, letter)
        for file in enclosures.attached_to(session, statement, identity):
            along = {"message_id": message.id, "attachment_id": file.id}
            session.execute(insert(m.MailAttachment).values(along).on_conflict_do_nothing())
        guarding.check_mails(session, [(message, statement, identity)], own=False)
    if statement.state == "released":
        statement.mail_id, statement.state = message.id, "sent"
        session.flush()
    return message
