"""A record's document by mail: what the dialog proposes, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from core import m
from core.documents import Delivery, copy_of, delivery_for
from core.errors import UserError
from core.i18n import _, in_locale
from core.mail import MailAddressError, MailTemplateError, parse_addresses, queue, render_template
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
    #: Why it goes out once more, where it was sent already.
    reason: str = ""
    problem: str = ""


def proposed(session: Any, delivery: Delivery, record: Any) -> Letter:
    """The letter by the template in the reader's language; empty texts where the template fails."""
    letter = Letter(delivery.recipients(record), "", "", "", uuid4().hex)
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
    names = ("to", "cc", "subject", "body", "token", "reason")
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
            attachments=[copy_of(session, record)],
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
class ShownDelivery:
    """What a form offers of the record's document."""

    print: bool
    send: bool


def shown_delivery(record: Any, actor: Actor) -> ShownDelivery:
    """Whether the record's document can be printed now, and whether this actor may send it."""
    delivery = delivery_for(record) if record is not None else None
    ready = delivery is not None and delivery.ready(record)
    return ShownDelivery(ready, ready and delivery is not None and actor.may(delivery.permission))
