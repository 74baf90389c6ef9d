"""Make, revoke, open and answer public links."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import text

from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import _, format_moment
from core.links import tokens
from core.links.declare import Answer, Purpose, Shown
from core.security import acts
from core.security.actor import Actor, acting, actor_of
from core.security.audit import record as note

#: Days for which a link is good, and characters of a name or a note, at most.
LONGEST, LONGEST_TEXT = 90, 1000
#: Bytes of a file that somebody without a log-in brings.
LARGEST_FILE = 5_000_000
#: A browser says so much of itself that is kept.
_AGENT = 300
_REVOKE = text("""
    UPDATE link SET revoked_at = now() WHERE id = ANY(:ids) AND answered_at IS NULL AND revoked_at IS NULL
""")
_OPEN_OF = text("""
    SELECT id FROM link WHERE purpose = :purpose AND model = :model AND record_id = :record
       AND answered_at IS NULL AND revoked_at IS NULL ORDER BY id
""")
_OPENED = text("UPDATE link SET opened = opened + 1, opened_at = now() WHERE id = :id")


class LinkError(UserError):
    """The link can't be made or answered; says why."""


def make(session: AnySession, purpose: str, record: Any, days: int, locale: str) -> Any:
    """A new link about a record; whoever calls has asked whether the actor may."""
    if not 1 <= days <= LONGEST:
        raise LinkError(_("A link is good for 1 to %(days)s days.", days=LONGEST))
    declared = purposes()[purpose]
    values = {"purpose": purpose, "model": declared.model, "record": record.id}
    revoke(session, session.scalars(_OPEN_OF, values).all())
    link = m.Link(
        company_id=record.company_id,
        purpose=purpose,
        model=declared.model,
        record_id=record.id,
        secret=secrets.token_urlsafe(16),
        locale=locale,
        expires_at=datetime.now(UTC) + timedelta(days=days),
        user_id=actor_of(session).user_id,
    )
    session.add(link)
    session.flush()
    return link


def revoke(session: AnySession, links: Iterable[Any]) -> None:
    """Let links ask no more."""
    ids = acts.ids_of(session, links)
    if ids:
        session.execute(_REVOKE, {"ids": ids})
        note(session, "revoke", "link", ids)
        acts.forget(session, m.Link, ids)


def purposes() -> dict[str, Purpose]:
    """What may be asked, by the addons of the app."""
    found: dict[str, Purpose] = current_app.extensions["links"]
    return found


def found(session: AnySession, token: str) -> Any:
    """The link of a token; None for a token that nobody signed, or of an addon that has gone."""
    link_id = tokens.id_of(token)
    with acting(session, _asker(None)):
        link = session.get(m.Link, link_id) if link_id is not None else None
    known = link is not None and link.purpose in purposes()
    return link if known and tokens.is_signed(token, link) else None


def logo_of(session: AnySession, link: Any) -> str:
    """The picture above the company's documents as an address; empty where it has none."""
    if link.company_id is None:
        return ""
    with acting(session, _asker(link.company_id)):
        return str(session.get_one(m.Company, link.company_id).picture)


def _asker(company_id: int | None) -> Actor:
    """On whose behalf a link looks at its record and answers: nobody who is logged in."""
    return Actor(None, "public link", company_id, is_superuser=True)


def count_opening(session: AnySession, link: Any) -> None:
    """Somebody, or some robot, has opened it."""
    session.execute(_OPENED, {"id": link.id})
    acts.forget(session, m.Link, [link.id])


def shown_by(session: AnySession, link: Any) -> Shown | None:
    """What the link shows now; None where its record is gone."""
    purpose = purposes()[link.purpose]
    with acting(session, _asker(link.company_id)):
        model = current_app.extensions["composition"].model(purpose.model)
        record = session.get(model, link.record_id)
        return purpose.show(session, record) if record is not None else None


def why_not(link: Any, shown: Shown | None) -> str:
    """Why it can't be answered any more; empty where it can."""
    if link.answered_at is not None:
        return _(
            "Answered on %(day)s by %(name)s.", day=format_moment(link.answered_at), name=link.answered_by
        )
    if link.revoked_at is not None:
        return _("This link was withdrawn. Ask whoever sent it for a new one.")
    if link.expires_at < datetime.now(UTC):
        return _("This link has expired. Ask whoever sent it for a new one.")
    if shown is None:
        return _("What this link was about is no longer there.")
    return shown.closed


def is_over(link: Any) -> bool:
    """Whether it was withdrawn or has expired without an answer: it tells nothing of its record any more."""
    is_late = link.revoked_at is not None or link.expires_at < datetime.now(UTC)
    return is_late and link.answered_at is None


def answer(session: AnySession, link: Any, given: Answer, seen: str, where: tuple[str, str]) -> None:
    """Keep the answer with its evidence, and let the purpose act on it; raises LinkError.

    `seen` is the text that stood on the page: where it has changed meanwhile nothing is answered.
    """
    with acting(session, _asker(link.company_id)):
        acts.locked(session, m.Link, [link])
        session.refresh(link)
        shown = shown_by(session, link)
        reason = why_not(link, shown)
        if reason or shown is None:
            raise LinkError(reason)
        _check(shown, given, seen)
        link.answer, link.answered_by, link.note = given.choice, given.name.strip(), given.note.strip()
        link.answered_at, link.shown = datetime.now(UTC), shown.text
        link.answered_from, link.agent = where[0], where[1][:_AGENT]
        session.flush()
        purpose = purposes()[link.purpose]
        record = session.get_one(current_app.extensions["composition"].model(purpose.model), link.record_id)
        if purpose.answer is not None:
            purpose.answer(session, record, given)
        note(session, "answer", "link", [link.id])


def take(session: AnySession, link: Any, filename: str, contents: bytes) -> None:
    """Give the purpose a file that somebody brings before answering; raises UserError."""
    with acting(session, _asker(link.company_id)):
        acts.locked(session, m.Link, [link])
        session.refresh(link)
        shown = shown_by(session, link)
        reason = why_not(link, shown)
        purpose = purposes()[link.purpose]
        if reason or shown is None or not shown.upload or purpose.take is None:
            raise LinkError(reason or _("No file is taken here."))
        if not contents:
            raise LinkError(_("Choose a file first."))
        if len(contents) > LARGEST_FILE:
            most = LARGEST_FILE // 1_000_000
            raise LinkError(_("The file is larger than %(n)s MB: send it by mail instead.", n=most))
        record = session.get_one(current_app.extensions["composition"].model(purpose.model), link.record_id)
        purpose.take(session, record, filename, contents)
        note(session, "upload", "link", [link.id])


def _check(shown: Shown, given: Answer, seen: str) -> None:
    if given.choice not in shown.answers:
        raise LinkError(_("Choose one of the answers."))
    if not any(map(str.isalnum, given.name)):  # signs that nobody sees are no name
        raise LinkError(_("Write your name: it is kept with the answer."))
    rows = {key for key, _cells in shown.rows if shown.remark}
    named = {name for figures in given.figures.values() for name in figures}
    if (given.remarks.keys() | given.figures.keys()) - rows or named - shown.figures.keys():
        raise LinkError(_("Of this line nothing can be said here: write a note."))
    if max(map(len, (given.name, given.note, *given.remarks.values()))) > LONGEST_TEXT:
        raise LinkError(_("Write at most %(n)s characters.", n=LONGEST_TEXT))
    if seen != shown.text:
        raise LinkError(_("This has changed since you opened it: look at it again, and answer then."))
