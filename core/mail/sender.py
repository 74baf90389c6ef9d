"""Sends what is due in the outbox, so that no message is lost and none goes twice unnoticed.

Problem: a server takes a message, and the sender dies before it can write that down. Was it sent? Nobody
can tell afterwards: exactly-once over SMTP does not exist. Rule, for one message:

1. One transaction claims the row (`sending`, one more attempt) after taking a lock on it that lives as long
   as the sender's database connection. Other senders skip it.
2. Outside any transaction the message is handed over.
3. One transaction writes the answer, the attempt and the new state; then the lock is given back.

A row in state `sending` whose lock is free has lost its sender between 1 and 3. `recover()` finds it, and
parks it as `unsure` for a person to decide, or queues it again, as the message itself asked for.

Example: a statement is claimed at 9:00:00, given to the server at 9:00:01, and the machine loses power.
At 9:05 the sweeper takes its lock, so the sender is dead; `when_unsure` is `park`; the statement stands in
the outbox as unsure, with two buttons: it arrived, it did not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Connection, RowMapping, text

from core.db import db
from core.mail.addresses import MailAddressError, parse_addresses
from core.mail.message import File, Outgoing, build
from core.mail.transport import PermanentError, Transport, TransportError, UnsureError, transport_for
from core.records import attachments
from core.settings import Settings

#: How long to wait after the first, second, ... failed attempt; after the last one the message has failed.
LADDER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)
#: Above all keys of named locks, which have 32 bits.
_LOCK_SPACE = 0x4D41494C << 32
_LONGEST_RESPONSE = 2000

_CLAIM = text("""
    UPDATE mail_message SET state = 'sending', attempts = attempts + 1
    WHERE id = (
        SELECT id FROM mail_message WHERE state = 'queued' AND next_attempt_at <= now()
        ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, message_id, sender, "to", cc, subject, body, created_at, attempts, when_unsure,
        (SELECT c.email FROM company c WHERE c.id = company_id) AS company_email,
        pg_advisory_lock(:space + id), (
            SELECT json_agg(json_build_array(a.filename, a.mimetype, a.sha256) ORDER BY link.id)
            FROM mail_attachment link JOIN attachment a ON a.id = link.attachment_id
            WHERE link.message_id = mail_message.id
        ) AS files
""")
_SETTLE = """
    WITH noted AS (
        INSERT INTO mail_attempt (message_id, outcome, response) VALUES (:id, :outcome, :response)
    )
    UPDATE mail_message SET state = :state, response = :response, next_attempt_at = now() + :wait,
        sent_at = CASE WHEN :state = 'sent' THEN now() ELSE sent_at END
    WHERE id = :id AND state = 'sending'
"""
#: The row stays locked until the commit, so that nobody sees it unlocked and unsettled.
_SETTLE_AND_UNLOCK = text(f"{_SETTLE} RETURNING pg_advisory_unlock(:space + id)")
_ABANDONED = text("""
    SELECT id, attempts, when_unsure FROM mail_message WHERE state = 'sending'
    ORDER BY id FOR UPDATE SKIP LOCKED
""")
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:space + :id)")


@dataclass
class Counts:
    """What became of the messages of one run."""

    sent: int = 0
    #: Will be tried again.
    delayed: int = 0
    failed: int = 0
    #: Parked for a person.
    unsure: int = 0

    @property
    def total(self) -> int:
        """All that were tried."""
        return self.sent + self.delayed + self.failed + self.unsure


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended, and what follows."""

    state: str
    outcome: str
    response: str
    wait: timedelta = timedelta()


def send_due(limit: int = 100) -> Counts:
    """Send at most `limit` messages whose time has come, each committed by itself."""
    settings: Settings = current_app.extensions["settings"]
    counts = Counts()
    with _own_connection() as connection, transport_for(settings) as transport:
        while counts.total < limit:
            row = _claim(connection)
            if row is None:
                break
            _count(counts, _send_claimed(connection, row, transport, settings))
    return counts


def recover() -> Counts:
    """Settle the messages whose sender died while it sent them."""
    counts = Counts()
    with db.engine.begin() as connection:
        for row in connection.execute(_ABANDONED).mappings().all():
            if connection.scalar(_TRY_LOCK, {"space": _LOCK_SPACE, "id": row["id"]}):
                error = UnsureError("the sender stopped before it could note the server's answer")
                outcome = _after(row, error)
                connection.execute(text(_SETTLE), {"id": row["id"], **vars(outcome)})
                _count(counts, outcome)
    return counts


def _own_connection() -> Connection:
    """Claiming and settling are one statement each, which commits itself."""
    return db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _claim(connection: Connection) -> RowMapping | None:
    return connection.execute(_CLAIM, {"space": _LOCK_SPACE}).mappings().one_or_none()


def _send_claimed(
    connection: Connection, row: RowMapping, transport: Transport, settings: Settings
) -> Outcome:
    """Send, note the answer, give the lock back; a lost database leaves the rest to `recover`."""
    try:
        outcome = _attempt(row, transport, settings)
        values = {"space": _LOCK_SPACE, "id": row["id"], **vars(outcome)}
        connection.execute(_SETTLE_AND_UNLOCK, values).scalar_one()
    except BaseException:
        # The connection goes back to no pool: the lock must end with it.
        connection.invalidate()
        raise
    return outcome


def _attempt(row: RowMapping, transport: Transport, settings: Settings) -> Outcome:
    try:
        outgoing = _outgoing(row, settings)
        contents = build(outgoing, _files(row))
        return Outcome("sent", "sent", transport.send(outgoing, contents))
    except TransportError as error:
        return _after(row, error)


def _outgoing(row: RowMapping, settings: Settings) -> Outgoing:
    kept = ("id", "message_id", "sender", "subject", "body", "created_at")
    named: dict[str, Any] = {name: row[name] for name in kept}
    return Outgoing(
        **named,
        to=tuple(row["to"]),
        cc=tuple(row["cc"]),
        redirect=settings.mail_redirect,
        reply_to=reply_to(row["company_email"], settings),
    )


def reply_to(company_email: str | None, settings: Settings) -> str:
    """Whom answers go to: the company's own address, else the one of the settings."""
    for text_ in (company_email or "", settings.mail_reply_to):
        try:
            found = parse_addresses(text_)
        except MailAddressError:
            continue
        if found:
            return ", ".join(found)
    return ""


def _files(row: RowMapping) -> Sequence[File]:
    """Read from disk before the server is spoken to: a lost file must not leave half a message."""
    try:
        return [
            File(name, mimetype, attachments.read(sha256)) for name, mimetype, sha256 in row["files"] or ()
        ]
    except (attachments.DamagedFileError, attachments.MissingFileError, OSError) as error:
        raise PermanentError(f"an attachment can't be read: {error}") from error


def _after(row: RowMapping, error: TransportError) -> Outcome:
    """What follows a failed attempt: park it, give it up, or climb the ladder."""
    response = str(error)[:_LONGEST_RESPONSE]
    if isinstance(error, UnsureError) and row["when_unsure"] == "park":
        return Outcome("unsure", "unsure", response)
    if isinstance(error, PermanentError) or row["attempts"] > len(LADDER):
        return Outcome("failed", "failed", response)
    kind = "unsure" if isinstance(error, UnsureError) else "delayed"
    return Outcome("queued", kind, response, LADDER[row["attempts"] - 1])


def _count(counts: Counts, outcome: Outcome) -> None:
    name = "delayed" if outcome.state == "queued" else outcome.state
    setattr(counts, name, getattr(counts, name) + 1)
