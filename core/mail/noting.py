"""Keep what came back beside the message that it is about."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import _
from core.mail.reports import Report, Returned
from core.security import acts
from core.security.audit import record

SETTLE = "core.mail"
#: What a recipient's return is called among the attempts of its message.
_OUTCOMES = {"bounced": "bounced", "delayed": "held", "away": "away"}
#: All of any company: the clock has none.
_MESSAGES = text("""
    SELECT id, company_id, "to", cc FROM mail_message WHERE message_id = ANY(:ids)
     ORDER BY array_position(:ids, message_id) LIMIT 1
""")
_NOTE = text("""
    INSERT INTO mail_return (company_id, message_id, key, address, kind, status, reason, is_bad, state)
    VALUES (:company, :message, :key, :address, :kind, :status, :reason, :is_bad, :state)
    ON CONFLICT DO NOTHING RETURNING id
""")
_LOG = text("INSERT INTO mail_attempt (message_id, outcome, response) VALUES (:message, :outcome, :response)")
_RETURNED = text("""
    UPDATE mail_message SET state = 'returned', response = :response
     WHERE id = :message AND state IN ('sent', 'unsure')
""")
_KNOWN = text("SELECT EXISTS (SELECT FROM mail_return WHERE key = :key)")
_SETTLE = text("UPDATE mail_return SET state = 'settled' WHERE id = ANY(:ids)")
_BAD = text("""
    SELECT DISTINCT ON (lower(address)) lower(address) AS address, status, reason, received_at
      FROM mail_return
     WHERE lower(address) = ANY(:addresses) AND is_bad AND state = 'open'
     ORDER BY lower(address), received_at DESC
""")


class ReturnError(UserError):
    """A returned mail does not allow this; says why."""


def is_known(session: AnySession, report: Report) -> bool:
    """Whether the report was kept by an earlier turn."""
    return bool(session.scalar(_KNOWN, {"key": report.key}))


def note(session: AnySession, report: Report, redirect: str = "") -> list[str]:
    """Keep what a report says of a message of ours; returns the kinds, none where it is about no such one.

    Of an address that the message never went to nothing is kept: a report is no more than somebody's claim.
    """
    if not report.message_ids:
        return []
    message = session.execute(_MESSAGES, {"ids": list(report.message_ids)}).one_or_none()
    if message is None:
        return []
    sent = {address.lower() for address in (*message.to, *message.cc, redirect) if address}
    ours = [one for one in report.returned if one.kind == "away" or one.address.lower() in sent]
    return [one.kind for one in ours if _keep(session, report, message, one)]


def _keep(session: AnySession, report: Report, message: Any, one: Returned) -> bool:
    row = {"company": message.company_id, "message": message.id, "key": report.key, "is_bad": one.is_bad}
    row |= {"address": one.address, "kind": one.kind, "status": one.status, "reason": one.reason}
    kept = session.scalar(_NOTE, {**row, "state": "open" if one.kind == "bounced" else "noted"})
    if kept is None:
        return False
    said = " ".join(filter(None, (f"{one.address}:", one.status, one.reason)))
    logged = {"message": message.id, "response": said}
    session.execute(_LOG, {**logged, "outcome": _OUTCOMES[one.kind]})
    if one.kind == "bounced":
        session.execute(_RETURNED, logged)
        told = {"address": one.address, "status": one.status}
        record(session, "return", "mail.message", [message.id], told)
    return True


def settle(session: AnySession, returned: Iterable[Any]) -> None:
    """Close what was open. Raises ReturnError."""
    acts.require(session, SETTLE)
    rows = acts.locked(session, m.MailReturn, returned)
    ReturnError.refuse({row.id: _("Nothing is open there.") for row in rows if row.state != "open"})
    ids = [row.id for row in rows]
    session.execute(_SETTLE, {"ids": ids})
    record(session, "settle", "mail.return", ids)
    acts.forget(session, m.MailReturn, ids)


def bad_among(session: AnySession, addresses: Iterable[str]) -> Mapping[str, Any]:
    """Addresses that mail came back from and nobody has seen to since."""
    asked = [address.lower() for address in addresses]
    found = session.execute(_BAD, {"addresses": asked}) if asked else ()
    return {row.address: row for row in found}
