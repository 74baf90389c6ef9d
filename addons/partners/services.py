"""Finding and making partners by their codes, and who may say whose they are."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from core import m
from core.db import AnySession
from core.security.actor import Actor


def may_assign(actor: Actor) -> bool:
    """Whether somebody may say who looks after customers and which group they are of."""
    return actor.may("partners.assign") or actor.may("partners.read_all")


def ids_by_code(session: AnySession, company_id: int, codes: set[str]) -> dict[str, int]:
    """The partners that exist among these codes."""
    # A join, and not `= any(codes)`: that may be looked up code by code in the index of trigrams.
    wanted = func.unnest(cast(sorted(codes), ARRAY(Text))).table_valued("code").render_derived(name="wanted")
    query = (
        select(m.Partner.code, m.Partner.id)
        .join(wanted, wanted.c.code == m.Partner.code)
        .where(m.Partner.company_id == company_id)
    )
    return {code: partner_id for code, partner_id in session.execute(query)}


def ensure_partners(
    session: AnySession, company_id: int, wanted: Mapping[str, Mapping[str, Any]]
) -> dict[str, int]:
    """The ids of partners given as code → values, made where they are missing.

    In the order of their codes, so that two imports at once wait for each other and never in a circle.
    """
    found = ids_by_code(session, company_id, set(wanted))
    missing = sorted(set(wanted) - set(found))
    if missing:
        rows = [{"company_id": company_id, "code": code, **wanted[code]} for code in missing]
        session.execute(insert(m.Partner.__table__).on_conflict_do_nothing(), rows)
        found |= ids_by_code(session, company_id, set(missing))
    return found
