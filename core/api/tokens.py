"""API tokens: make, recognise, revoke, and what a token may do.

A token reads `bk_<8 characters>_<secret>`. The eight characters find the row, the hash of the whole is
compared in constant time. What it may do is the intersection of its scopes with what its user holds *now*:
taking a role away from a user takes it away from all of the user's tokens at once.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import joinedload

from core import m
from core.db import AnySession, db
from core.errors import UserError
from core.i18n import _
from core.screens.permissions import grantable
from core.security.actor import Actor
from core.security.session import EVERYTHING, actor_from

_TOKEN = re.compile(r"bk_([0-9a-f]{8})_[0-9A-Za-z_-]{43}", re.ASCII)
LONGEST_NAME = 80


class TokenError(UserError):
    """Such a token can't be made; says why."""


@dataclass(frozen=True)
class NewToken:
    """A token just made; the only time that its secret is known."""

    record: Any
    secret: str


def create_token(
    session: AnySession, user: Any, name: str, scopes: Sequence[str], days: int | None = None
) -> NewToken:
    """A token of the user, in the company that the user works in now; raises TokenError."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise TokenError(_("Give the token a name of at most %(n)s characters.", n=LONGEST_NAME))
    if user.company_id is None:
        raise TokenError(_("Choose a company first: a token works in one."))
    if days is not None and not 1 <= days <= 3650:
        raise TokenError(_("A token is valid for 1 to 3650 days, or without an end."))
    prefix = secrets.token_hex(4)
    secret = f"bk_{prefix}_{secrets.token_urlsafe(32)}"
    record = m.ApiToken(
        user_id=user.id,
        company_id=user.company_id,
        name=name,
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=_checked_scopes(user, scopes),
        expires_at=datetime.now(UTC) + timedelta(days=days) if days else None,
    )
    session.add(record)
    session.flush()
    return NewToken(record, secret)


def _checked_scopes(user: Any, scopes: Sequence[str]) -> list[str]:
    actor = actor_from(user)
    wanted = sorted({scope.strip() for scope in scopes} - {""})
    if not wanted:
        raise TokenError(_("Choose at least one scope."))
    unknown = set(wanted) - grantable(current_app) - {EVERYTHING}
    if unknown:
        raise TokenError(_("There is no permission %(scopes)s.", scopes=", ".join(sorted(unknown))))
    lacking = [scope for scope in wanted if scope != EVERYTHING and not actor.may(scope)]
    if lacking:
        raise TokenError(_("You don't hold %(scopes)s, so a token can't either.", scopes=", ".join(lacking)))
    return wanted


def revoke(token: Any) -> None:
    """Refuse this token from now on; the caller commits."""
    token.revoked_at = token.revoked_at or datetime.now(UTC)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def recognise(session: AnySession, text: str) -> Any:
    """The live token that this text is, None for any other."""
    match = _TOKEN.fullmatch(text)
    if match is None:
        return None
    token = session.scalars(_live(match[1])).unique().one_or_none()
    # Compared for an unknown prefix too: the time taken tells nothing.
    stored = token.secret_hash if token is not None else "0" * 64
    return token if hmac.compare_digest(stored, _hash(text)) else None


def _live(prefix: str) -> Any:
    """Live: neither revoked nor expired, its user active and still admitted to the company."""
    now = datetime.now(UTC)
    token, user, place = m.ApiToken, m.User, m.UserCompany
    admitted = exists().where(place.user_id == user.id, place.company_id == token.company_id)
    return (
        select(token)
        .join(user, user.id == token.user_id)
        .where(token.prefix == prefix, token.revoked_at.is_(None), user.active)
        .where(or_(token.expires_at.is_(None), token.expires_at > now))
        .where(or_(user.company_id == token.company_id, admitted))
        .options(joinedload(token.user).joinedload(user.roles))
    )


def actor_of_token(token: Any, request_id: str) -> Actor:
    """The token's user within the token's scopes; the audit reads the token's name in the actor's."""
    user = actor_from(token.user, request_id)
    name = f"{user.name} · {token.name}"
    if EVERYTHING in token.scopes:
        return replace(user, name=name, company_id=token.company_id)
    granted = frozenset(scope for scope in token.scopes if user.may(scope))
    return replace(user, name=name, company_id=token.company_id, permissions=granted, is_superuser=False)


def note_use(token: Any) -> None:
    """Write down when the token was last used, once a minute, whatever becomes of the call."""
    now = datetime.now(UTC)
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        # On a connection of its own, so that no call waits for another one's row lock until it commits.
        with db.engine.begin() as connection:
            table = m.ApiToken.__table__
            connection.execute(update(table).where(table.c.id == token.id).values(last_used_at=now))
