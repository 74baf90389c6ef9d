"""Put released letters into the outbox, each once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, text

from addons.dunning.services.errors import DunningError
from addons.dunning.services.releasing import SEND
from core import letters as host_letters
from core import m
from core.db import AnySession, lock_rows
from core.documents import copy_of
from core.i18n import _
from core.jobs import queue as jobs
from core.jobs.kinds import SkippedError
from core.mail import parse_addresses, queue
from core.security import acts
from core.security.audit import record

JOB = "dunning.send"
_OPEN = text("""
    SELECT count(*) FROM dunning_line l JOIN accounting_open_item o ON o.id = l.open_item_id
     WHERE l.letter_id = :letter AND o.allocated <> o.amount
""")
_DEAD = text("UPDATE dunning_line SET live = false WHERE letter_id = :letter")


def start(session: AnySession, runs: Iterable[Any]) -> list[Any]:
    """Start the job that mails what is released of each run; raises DunningError where nothing is."""
    acts.require(session, SEND)
    rows = acts.locked(session, m.DunningRun, runs)
    letter = m.DunningLetter.__table__.c
    asked = select(letter.run_id).where(letter.state == "released", letter.run_id.in_([r.id for r in rows]))
    waiting = set(session.scalars(asked))
    nothing = _("No letter of this run waits to be sent: release it first.")
    DunningError.refuse({row.id: nothing for row in rows if row.id not in waiting})
    return [
        jobs.start(
            session,
            JOB,
            _("Dunning letters %(number)s: send", number=row.number),
            params={"run": row.id},
            model="dunning.run",
            record_id=row.id,
        )
        for row in rows
    ]


def send(session: AnySession, letters: Iterable[Any]) -> list[Any]:
    """Mail letters, each once; returns the messages, None of one whose documents were all paid meanwhile.

    Raises DunningError for one that is not released, SkippedError for a customer without an address.
    """
    acts.require(session, SEND)
    found = _records(session, letters)
    wrong = _("Only a letter that is released and not sent can be sent.")
    DunningError.refuse({one.id: wrong for one in found if one.state != "released"})
    return [_send(session, letter) for letter in found]


def _records(session: AnySession, letters: Iterable[Any]) -> list[Any]:
    ids = acts.ids_of(session, letters)
    found = {one.id: one for one in lock_rows(session, m.DunningLetter, ids)}
    return [found[i] for i in ids if i in found]


def _send(session: AnySession, letter: Any) -> Any:
    if not session.scalar(_OPEN, {"letter": letter.id}):
        return _withdraw(session, letter)
    recipients = parse_addresses(letter.partner.addresses_for("statement"))
    if not recipients:
        code = letter.partner.code
        raise SkippedError(_("no e-mail address: add one to customer %(code)s, then send again", code=code))
    message = queue(
        session,
        to=recipients,
        subject=letter.subject,
        body=letter.body + "\n",
        model="dunning.letter",
        record_id=letter.id,
        company_id=letter.company_id,
        attachments=[copy_of(session, letter)],
        idempotency_key=f"dunning.letter:{letter.id}",
        when_unsure="park",
    )
    letter.mail_id, letter.state = message.id, "sent"
    session.flush()
    record(session, "send", "dunning.letter", [letter.id])
    return message


def _withdraw(session: AnySession, letter: Any) -> None:
    """What it asks for was paid since it was released: its documents have not taken the step."""
    letter.state, letter.left_out = "withdrawn", _("paid before it was sent")
    session.execute(_DEAD, {"letter": letter.id})
    session.flush()
    record(session, "withdraw", "dunning.letter", [letter.id])


def send_by_hand(session: AnySession, letters: Iterable[Any], words: host_letters.Letter) -> list[Any]:
    """Mail letters with words that a person has written; a released one is then sent. Raises LetterError."""
    acts.require(session, SEND)
    return [_by_hand(session, letter, words) for letter in _records(session, letters)]


def _by_hand(session: AnySession, letter: Any, words: host_letters.Letter) -> Any:
    message = host_letters.put_out(session, letter, words)
    if letter.state == "released":
        letter.mail_id, letter.state = message.id, "sent"
        session.flush()
    return message
