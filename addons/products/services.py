"""Finding and making products by their codes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core import m
from core.db import AnySession


def ids_by_code(session: AnySession, company_id: int, codes: set[str]) -> dict[str, int]:
    """The products that exist among these codes."""
    query = select(m.Product.code, m.Product.id).where(
        m.Product.company_id == company_id, m.Product.code == func.any(sorted(codes))
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
