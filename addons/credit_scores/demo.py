"""Finance sees the scores of all customers, a sales rep those of the own."""

from typing import Any

from sqlalchemy import select

from core import m
from core.security.users import LogIn

READERS = ("finance@demo.example", "rep@demo.example")


def load(session: Any, _company: Any) -> list[LogIn]:
    """Give them the role once."""
    role = session.scalars(select(m.Role).where(m.Role.name == "credit_scores.reader")).one()
    for user in session.scalars(select(m.User).where(m.User.email.in_(READERS))):
        if role not in user.roles:
            user.roles.append(role)
    return []
