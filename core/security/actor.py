"""On whose behalf a session works: the audit writes it down, record rules go by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

KEY = "actor"
#: A permission that nobody has, administrators among them: what only the program itself may see or write.
NEVER = "core.nobody"


@dataclass(frozen=True)
class Actor:
    """A user, or the system itself, at work in one company."""

    user_id: int | None = None
    name: str = "system"
    company_id: int | None = None
    permissions: frozenset[str] = frozenset()
    #: May do everything: the system in jobs, an administrator.
    is_superuser: bool = False
    request_id: str = ""

    def may(self, permission: str) -> bool:
        """Whether a role of this actor grants the permission."""
        return permission != NEVER and (self.is_superuser or permission in self.permissions)


SYSTEM = Actor(is_superuser=True)


def actor_of(session: Session | Any) -> Actor:
    """The actor of a session; the system where nobody was named."""
    actor: Actor = session.info.get(KEY, SYSTEM)
    return actor


def set_actor(session: Session | Any, actor: Actor) -> None:
    """Let the session work on behalf of `actor` from now on."""
    session.info[KEY] = actor


def is_second(session: Session | Any, first: int | None) -> bool:
    """Whether the session works for a person other than `first`, who began what takes two."""
    user = actor_of(session).user_id
    return user is not None and user != first


@contextmanager
def acting(session: Session | Any, actor: Actor) -> Iterator[Actor]:
    """Let the session work on behalf of `actor` for a while."""
    before = session.info.get(KEY)
    session.info[KEY] = actor
    try:
        yield actor
    finally:
        session.info[KEY] = before
        if before is None:
            del session.info[KEY]
