"""The outbox: what is to be mailed, written in the transaction that causes it.

A rolled-back invoice mails nothing, a committed one is mailed even if the machine dies the next moment.
Nothing here talks to a server; `core.mail.sender` does, afterwards.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import object_session

from core import m
from core.db import AnySession, lock_rows
from core.i18n import _
from core.jobs.ring import SEND_MAIL, ring_later
from core.mail.addresses import MailAddressError, checked
from core.security.actor import actor_of
from core.security.audit import record, record_each


class MailStateError(Exception):
    """The act does not fit the state of the mail; the message says what does."""


def queue(
    session: AnySession,
    *,
    to: Sequence[str],
    subject: str,
    body: str,
    model: str,
    record_id: int,
    company_id: int,
    attachments: Sequence[Any] = (),
    cc: Sequence[str] = (),
    idempotency_key: str | None = None,
    when_unsure: str = "retry",
    sender: str | None = None,
) -> Any:
    """Put a message into the outbox and return it; the caller commits.

    `when_unsure` says what to do when it can't be known whether an attempt arrived: `park` for what
    must not come twice, `retry` for the rest. The same `idempotency_key` a second time returns the
    message of the first, whatever else is given. Raises MailAddressError.
    """
    values = _values(sender or current_app.extensions["settings"].mail_from, to, cc, idempotency_key)
    values |= {
        "subject": " ".join(subject.split()),
        "body": body,
        "model": model,
        "record_id": record_id,
        "company_id": company_id,
        "when_unsure": when_unsure,
    }
    message = session.scalar(
        insert(m.MailMessage)
        .values(values)
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
        .returning(m.MailMessage)
    )
    if message is None:
        return session.scalars(select(m.MailMessage).filter_by(idempotency_key=idempotency_key)).one()
    if attachments:
        rows = [{"message_id": message.id, "attachment_id": a.id} for a in attachments]
        session.execute(insert(m.MailAttachment.__table__), rows)
    ring_later(session, SEND_MAIL)
    record(session, "queue", "mail.message", [message.id], {"to": values["to"], "cc": values["cc"]})
    return message


@dataclass(frozen=True)
class Draft:
    """A message of a set: what `queue` takes one by one. It is mailed once for its key."""

    to: Sequence[str]
    subject: str
    body: str
    model: str
    record_id: int
    company_id: int
    attachments: Sequence[Any]
    idempotency_key: str
    when_unsure: str = "retry"


def queue_all(session: AnySession, drafts: Sequence[Draft]) -> list[Any]:
    """Put messages into the outbox as `queue` does, all of them at once; returns them in this order."""
    sender = current_app.extensions["settings"].mail_from
    by_key: dict[str, Draft] = {}
    for draft in drafts:
        by_key.setdefault(draft.idempotency_key, draft)
    values = {key: _values_of(draft, sender) for key, draft in by_key.items()}
    if values:
        new = _write_new(session, list(values.values()))
        _attach(session, [(i, file.id) for key, i in new.items() for file in by_key[key].attachments])
        told = {i: {name: values[key][name] for name in ("to", "cc")} for key, i in new.items()}
        record_each(session, "queue", "mail.message", told)
    query = select(m.MailMessage).where(m.MailMessage.idempotency_key.in_(list(values)))
    found = {message.idempotency_key: message for message in session.scalars(query)} if values else {}
    return [found[draft.idempotency_key] for draft in drafts]


def _write_new(session: AnySession, values: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Write the messages whose keys are not known, and tell the senders: key → id."""
    table = m.MailMessage.__table__
    insertion = insert(table).on_conflict_do_nothing(index_elements=["idempotency_key"])
    written = session.execute(insertion.returning(table.c.idempotency_key, table.c.id), values)
    new = {key: message_id for key, message_id in written}
    if new:
        ring_later(session, SEND_MAIL)
    return new


def _attach(session: AnySession, files: Sequence[tuple[int, int]]) -> None:
    if files:
        rows = [{"message_id": message, "attachment_id": file} for message, file in files]
        session.execute(insert(m.MailAttachment.__table__), rows)


def _values_of(draft: Draft, sender: str) -> dict[str, Any]:
    return _values(sender, draft.to, (), draft.idempotency_key) | {
        "subject": " ".join(draft.subject.split()),
        "body": draft.body,
        "model": draft.model,
        "record_id": draft.record_id,
        "company_id": draft.company_id,
        "when_unsure": draft.when_unsure,
    }


def _values(sender: str, to: Sequence[str], cc: Sequence[str], key: str | None) -> dict[str, Any]:
    recipients = checked(to)
    if not recipients:
        raise MailAddressError("", _("There is no mail address to send to: add one to the partner."))
    copies = [address for address in checked(cc) if address not in recipients]
    _name, address = parseaddr(sender)
    [address] = checked([address])
    unique = hashlib.sha256(key.encode()).hexdigest()[:32] if key else uuid.uuid4().hex
    domain = address.rpartition("@")[2]
    return {
        "sender": " ".join(sender.split()),
        "to": recipients,
        "cc": copies,
        "idempotency_key": key,
        "message_id": f"<{unique}@{domain}>",
    }


def retry(session: AnySession, message: Any) -> None:
    """Send a failed message again, or a waiting one at once; its ladder of attempts begins anew."""
    message = _locked(session, message)
    _require(message, ("failed", "queued"), _("Only failed or waiting mail can be sent again."))
    _requeue(message)
    _note(session, message, "retry")


def cancel(session: AnySession, message: Any) -> None:
    """Never send this message."""
    message = _locked(session, message)
    _require(message, ("failed", "queued"), _("Only failed or waiting mail can be cancelled."))
    message.state = "cancelled"
    _note(session, message, "cancel")


def decide_unsure(session: AnySession, message: Any, *, arrived: bool) -> None:
    """Say what a person found out about a parked message: count it as sent, or send it again."""
    message = _locked(session, message)
    _require(message, ("unsure",), _("Only mail that is parked as unsure waits for this decision."))
    if arrived:
        message.state = "sent"
        message.sent_at = datetime.now(UTC)
    else:
        _requeue(message)
    _note(session, message, "arrived" if arrived else "not arrived")


def _locked(session: AnySession, message: Any) -> Any:
    """Fresh and locked, since a sender may be taking it at this moment."""
    return lock_rows(session, type(message), [message.id])[0]


def _require(message: Any, states: tuple[str, ...], otherwise: str) -> None:
    if message.state not in states:
        raise MailStateError(otherwise)


def _requeue(message: Any) -> None:
    message.state = "queued"
    message.attempts = 0
    message.next_attempt_at = func.now()
    ring_later(object_session(message), SEND_MAIL)


def _note(session: AnySession, message: Any, outcome: str) -> None:
    """Who decided it, in the same log as the attempts."""
    session.add(m.MailAttempt(message_id=message.id, outcome=outcome, response=actor_of(session).name))
    session.flush()
