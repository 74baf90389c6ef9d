"""A record's document by mail: what the dialog proposes, and what becomes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from sqlalchemy import select

from core import m
from core.documents import (
    Delivery,
    UnidentifiedError,
    UnprintableError,
    copy_of,
    delivery_for,
    papers_of,
)
from core.errors import UserError
from core.i18n import _, in_locale
from core.jobs.kinds import RefusedError, SkippedError
from core.mail import MailAddressError, MailTemplateError, parse_addresses, queue, render_template
from core.records.attachments import DamagedFileError
from core.security import audit
from core.security.actor import Actor, actor_of

#: How long a subject and a text may be.
LONGEST_SUBJECT, LONGEST_BODY, LONGEST_REASON = 400, 20_000, 200


class LetterError(UserError):
    """It cannot be sent as it is written."""


@dataclass
class Letter:
    """A mail before it is sent, as the dialog holds it."""

    to: str
    cc: str
    subject: str
    body: str
    #: What makes a second click send nothing more.
    token: str
    #: The document that goes with it; the record's first one where it is empty.
    document: str = ""
    #: Why it goes out once more, where it was sent already.
    reason: str = ""
    problem: str = ""


def proposed(session: Any, delivery: Delivery, record: Any, document: str = "") -> Letter:
    """The letter by the template in the reader's language; empty texts where the template fails."""
    letter = Letter(delivery.recipients(record), "", "", "", uuid4().hex, document)
    locale = delivery.locale(record)
    try:
        with in_locale(locale):
            words = delivery.words(record)
        letter.subject, letter.body = render_template(session, delivery.mail(record), locale, words)
    except MailTemplateError as error:
        letter.problem = str(error)
    letter.body = letter.body.strip()
    return letter


def read_letter(sent: Mapping[str, str]) -> Letter:
    """What the dialog sent."""
    names = ("to", "cc", "subject", "body", "token", "document", "reason")
    return Letter(*(sent.get(name, "").strip() for name in names))


def send(session: Any, delivery: Delivery, record: Any, letter: Letter) -> Any:
    """Put it into the outbox with the document, once a token; raises LetterError. The caller commits.

    The caller has locked the record, so that of two clicks the second one finds the first one's mail.
    """
    _refuse_unfinished(letter)
    known = select(m.MailMessage).filter_by(idempotency_key=_key(record, letter))
    sent = session.scalars(known).one_or_none()
    if sent is not None:
        return sent
    if delivery.again(record) and not letter.reason:
        raise LetterError(_("It was sent already. Say why it is sent once more."))
    message = (delivery.send or put_out)(session, record, letter)
    if letter.reason:
        why = f"{actor_of(session).name}: {letter.reason[:LONGEST_REASON]}"
        session.add(m.MailAttempt(message_id=message.id, outcome="again", response=why))
    audit.record(session, "mail", record._name, [record.id], _noted(message, letter))
    return message


def send_once(session: Any, record: Any, document: str = "") -> Any:
    """Put the proposed letter of a record into the outbox; None where one of it went out before.

    For jobs that mail many: who runs it again, or has sent one by hand, sends none twice. Raises LetterError
    where it can't be sent; the caller has locked the record, and commits.
    """
    message = m.MailMessage
    query = select(message.id).where(message.model == record._name, message.record_id == record.id).limit(1)
    if session.scalar(query) is not None:
        return None
    delivery = delivery_for(record, document)
    if delivery is None or not delivery.ready(record):
        raise LetterError(_("It has no such document as it is now."))
    letter = proposed(session, delivery, record, document)
    if not letter.to:
        name = record.partner.name
        raise LetterError(_("No mail address is known of %(name)s: enter one, and retry.", name=name))
    if letter.problem:
        raise LetterError(letter.problem)
    # The same for each job: of two that send at once, one sends.
    letter.token = uuid5(NAMESPACE_OID, f"{record._name}:{document}:{record.id}").hex
    return send(session, delivery, record, letter)


def as_item(send: Callable[[], Any]) -> dict[str, Any]:
    """What an item of a job comes to that mails one letter; `send` is or leads to `send_once`."""
    try:
        message = send()
    except (LetterError, UnidentifiedError, UnprintableError, DamagedFileError) as error:
        raise RefusedError(str(error)) from error
    if message is None:
        raise SkippedError(_("sent already"))
    return {"mail": message.id, "to": message.to}


def put_out(session: Any, record: Any, letter: Letter) -> Any:
    """The letter with the record's document in the outbox; raises LetterError for bad addresses."""
    try:
        return queue(
            session,
            to=parse_addresses(letter.to),
            cc=parse_addresses(letter.cc),
            subject=letter.subject,
            body=letter.body + "\n",
            model=record._name,
            record_id=record.id,
            company_id=record.company_id,
            attachments=[copy_of(session, record, letter.document)],
            idempotency_key=_key(record, letter),
            when_unsure="park",
        )
    except MailAddressError as error:
        raise LetterError(str(error)) from error


def _key(record: Any, letter: Letter) -> str:
    return f"{record._name}:{record.id}:by hand:{letter.token}"


def _noted(message: Any, letter: Letter) -> dict[str, Any]:
    noted = {"mail": message.id, "to": message.to}
    return {**noted, "reason": letter.reason[:LONGEST_REASON]} if letter.reason else noted


def _refuse_unfinished(letter: Letter) -> None:
    if len(letter.token) != 32:
        raise LetterError(_("This page is out of date. Open the record again and repeat your change."))
    if not letter.subject or not letter.body:
        raise LetterError(_("Write a subject and a text."))
    if len(letter.subject) > LONGEST_SUBJECT or len(letter.body) > LONGEST_BODY:
        raise LetterError(_("The mail is too long."))


@dataclass(frozen=True)
class Paper:
    """A document of a record as its form offers it; `is_first` of the one that needs no name."""

    name: str
    title: str
    is_first: bool
    may_send: bool


def shown_papers(record: Any, actor: Actor) -> list[Paper]:
    """The documents of a record that can be printed now, and which of them this actor may send."""
    papers = papers_of(record._name) if record is not None else []
    ready = [paper for paper in papers if paper.delivery is not None and paper.delivery.ready(record)]
    return [
        Paper(paper.name, str(paper.title), place == 0, actor.may(paper.delivery.permission))
        for place, paper in enumerate(ready)
        if paper.delivery is not None
    ]
