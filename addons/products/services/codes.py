"""Finding and making products by their codes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from core import m
from core.db import AnySession


def ids_by_code(session: AnySession, company_id: int, codes: set[str]) -> dict[str, int]:
    """The products that exist among these codes."""
    # A join, and not `= any(codes)`: that may be looked up code by code in the index of trigrams.
    wanted = func.unnest(cast(sorted(codes), ARRAY(Text))).table_valued("code").render_derived(name="wanted")
    query = (
        select(m.Product.code, m.Product.id)
        .join(wanted, wanted.c.code == m.Product.code)
        .where(m.Product.company_id == company_id)
    )
    return {code: product_id for code, product_id in session.execute(query)}


def ensure_products(
    session: AnySession, company_id: int, wanted: Mapping[str, Mapping[str, Any]]
) -> dict[str, int]:
    """The ids of products given as code → values, made where they are missing, in the order of codes."""
    found = ids_by_code(session, company_id, set(wanted))
    missing = sorted(set(wanted) - set(found))
    if missing:
        rows = [{"company_id": company_id, "code": code, **wanted[code]} for code in missing]
        session.execute(insert(m.Product.__table__).on_conflict_do_nothing(), rows)
        found |= ids_by_code(session, company_id, set(missing))
    return found
