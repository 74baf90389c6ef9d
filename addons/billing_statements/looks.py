"""What pages show of customers before a run: whom to look at first, and what each would get."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from addons.billing_statements.names import CONCERNS
from addons.billing_statements.services.due import Due
from core import m
from core.db import db


@dataclass(frozen=True)
class Customer:
    """One that a run leaves out, or cannot send anything to."""

    id: int
    code: str
    name: str
    reason: str


def customers_of(reasons: Sequence[tuple[int, str]]) -> list[Customer]:
    """The customers with these reasons, in the order of the reasons."""
    ids = [partner_id for partner_id, _reason in reasons]
    query = select(m.Partner.id, m.Partner.code, m.Partner.name).where(m.Partner.id == func.any(ids))
    rows = {row.id: row for row in db.session.execute(query)} if ids else {}
    return [Customer(key, rows[key].code, rows[key].name, why) for key, why in reasons]


#: So many customers of a preview stand on its page.
PREVIEWED = 2000


@dataclass(frozen=True)
class Looks:
    """Whom somebody should look at first, the gravest reasons leading, and how many of each kind."""

    customers: Sequence[Customer]
    kinds: Mapping[str, int]


def looks_of(company_id: int, due: Sequence[Due]) -> Looks:
    """What pages say of these cycles before anything is created."""
    reasons: dict[int, list[str]] = {}
    gravest = list(CONCERNS)
    found = m.BillingRun.concerns(db.session, company_id, due) if due else []
    for one in sorted(found, key=lambda concern: gravest.index(concern.kind)):
        reasons.setdefault(one.partner_id, []).append(one.reason)
    kinds = Counter(one.kind for one in found)
    return Looks(
        customers_of([(partner, "; ".join(said)) for partner, said in reasons.items()]),
        {kind: kinds[kind] for kind in gravest if kinds[kind]},
    )


def stated(due: Due) -> list[tuple[Customer, Any]]:
    """The customers and what their statements come to, the biggest balances first."""
    rows = sorted(due.rows, key=lambda row: -abs(row.closing))[:PREVIEWED]
    return list(zip(customers_of([(row.partner_id, "") for row in rows]), rows, strict=True))
