"""Records that people name by their codes, in a field with a list of suggestions."""

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

from sqlalchemy import select

from core.db import AnySession
from core.errors import UserError
from core.i18n import _
from core.security.actor import actor_of

K = TypeVar("K", bound=Hashable)
#: So many are suggested.
OFFERED = 1000


def offered(session: AnySession, cls: Any, *conditions: Any) -> list[tuple[str, str]]:
    """Code and name of the company's records that meet the conditions, by code."""
    own = cls.company_id == actor_of(session).company_id
    query = select(cls.code, cls.name).where(own, *conditions).order_by(cls.code).limit(OFFERED)
    return [(code, name) for code, name in session.execute(query)]


def ids_of(session: AnySession, cls: Any, codes: Mapping[K, str], *conditions: Any) -> dict[K, int]:
    """The ids of the company's records with these codes; raises UserError for a code that nothing has."""
    named = {code.strip() for code in codes.values()}
    own = cls.company_id == actor_of(session).company_id
    query = select(cls.code, cls.id).where(own, cls.code.in_(named), *conditions)
    found: dict[str, int] = dict(session.execute(query).all()) if named else {}
    for code in codes.values():
        if code.strip() not in found:
            raise UserError(_("Nobody has the code “%(code)s”: choose one of the list.", code=code.strip()))
    return {key: found[code.strip()] for key, code in codes.items()}
