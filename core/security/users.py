"""Making users, on the command line and for the demo company."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask_security import hash_password, verify_password
from sqlalchemy import select

from core import m
from core.db import AnySession
from core.i18n import _l

ADMINISTRATOR = "core.administrator"
#: The log-in of a new database's administrator, where nobody says another.
FIRST = "admin@localhost"
_ADMINISTRATOR_NAME = "Administrator"


@dataclass(frozen=True)
class DemoLogIn:
    """A user of the demo company, whose password everybody may know: an addon names them in its `demo.py`.

    `title` says on the page of the log-in what the user is.
    """

    email: str
    password: str
    name: str
    title: Any
    roles: tuple[str, ...]

    def ensure(self, session: "AnySession", company: Any) -> "LogIn":
        """Make the user where it is missing."""
        return ensure_user(session, self.email, self.password, company, name=self.name, roles=self.roles)


@dataclass(frozen=True)
class LogIn:
    """What someone types to come in; no password where another one was set in the meantime."""

    email: str
    password: str | None


def ensure_user(
    session: AnySession, email: str, password: str, company: Any, *, name: str, roles: tuple[str, ...]
) -> LogIn:
    """The user with this address, made with these roles if missing; an existing one is left alone."""
    known = session.scalar(select(m.User).where(m.User.email == email))
    if known is not None:
        holds = known.password is not None and verify_password(password, known.password)
        return LogIn(email, password if holds else None)
    user = m.User(
        email=email,
        name=name,
        password=hash_password(password),
        fs_uniquifier=uuid.uuid4().hex,
        active=True,
        company_id=company.id,
        companies=[company],
        roles=list(session.scalars(select(m.Role).where(m.Role.name.in_(roles)))),
    )
    session.add(user)
    session.flush()
    return LogIn(email, password)


def ensure_administrator(session: AnySession, email: str, password: str, company: Any) -> LogIn:
    """The administrator of a new database."""
    return ensure_user(session, email, password, company, name=_ADMINISTRATOR_NAME, roles=(ADMINISTRATOR,))


def first_administrators(session: AnySession, email: str, password: str, company: Any) -> list[LogIn]:
    """The administrator with this address; without one, those whom the company has, else `FIRST`."""
    if not email:
        is_one = m.User.roles.any(m.Role.name == ADMINISTRATOR) & m.User.companies.any(id=company.id)
        known = session.scalars(select(m.User.email).where(is_one).order_by(m.User.id)).all()
        if known:
            return [LogIn(address, None) for address in known]
    return [ensure_administrator(session, email or FIRST, password, company)]


DEMO_ADMINISTRATOR = DemoLogIn(
    "admin@demo.example", "demo-administrator", _ADMINISTRATOR_NAME, _l("Administrator"), (ADMINISTRATOR,)
)
