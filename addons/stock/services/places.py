"""The places of a company: those around the warehouses are made the first time that they are needed."""

from typing import Any

from sqlalchemy import text

from addons.stock.services.errors import StockError
from core.clock import today
from core.db import AnySession, advisory_lock
from core.i18n import _

#: What is in them is ours.
OURS = ("internal", "transit")
#: From where to where a transfer of each kind goes; a move between our places is asked for its target.
WAYS = {
    "receipt": ("supplier", "internal"),
    "delivery": ("internal", "customer"),
    "return": ("customer", "internal"),
    "count": ("loss", "internal"),
    "scrap": ("internal", "loss"),
    "move": ("internal", None),
}
_USUAL = text("""
    SELECT k.kind, l.id FROM unnest(ARRAY['internal', 'supplier', 'customer', 'loss', 'transit']) AS k (kind)
     CROSS JOIN LATERAL (SELECT id FROM stock_location
                          WHERE company_id = :company AND kind = k.kind AND active ORDER BY id LIMIT 1) l
""")
_WAREHOUSE = text("""
    INSERT INTO stock_warehouse (company_id, code, name) VALUES (:company, 'MAIN', :name)
    ON CONFLICT (company_id, code) DO UPDATE SET active = true RETURNING id
""")
_LOCATION = text("""
    INSERT INTO stock_location (company_id, code, kind, warehouse_id)
    VALUES (:company, :code, :kind, CASE WHEN :kind = 'internal' THEN CAST(:warehouse AS bigint) END)
    ON CONFLICT (company_id, code) DO UPDATE SET active = true
""")


def usual_places(session: AnySession, company_id: int) -> dict[str, int]:
    """The place of each kind that is meant where none is named: the first one."""
    found = _usual(session, company_id)
    if len(found) < 5:
        advisory_lock(session, f"stock.places {company_id}")
        found = _usual(session, company_id)  # another session may have been quicker
        _make(session, company_id, [kind for kind in ("internal", *WORLD) if kind not in found])
        found = _usual(session, company_id)
    return found


WORLD = ("supplier", "customer", "loss", "transit")


def _usual(session: AnySession, company_id: int) -> dict[str, int]:
    return {kind: place for kind, place in session.execute(_USUAL, {"company": company_id})}


def _make(session: AnySession, company_id: int, kinds: list[str]) -> None:
    warehouse = None
    if "internal" in kinds:
        warehouse = session.scalar(_WAREHOUSE, {"company": company_id, "name": _("Main warehouse")})
    for kind in kinds:
        code = "STOCK" if kind == "internal" else kind.upper()
        values = {"company": company_id, "code": code, "kind": kind, "warehouse": warehouse}
        session.execute(_LOCATION, values)


def complete(session: Any, transfer: Any, known: dict[int, dict[str, int]] | None = None) -> None:
    """Give a transfer its day, and the usual places of its kind where it names none.

    `known`: the usual places by company, as far as they were asked for.
    """
    if transfer.planned is None:
        transfer.planned = today()
    if transfer.from_id is not None and transfer.to_id is not None:
        return
    source, target = WAYS[transfer.kind or "delivery"]
    if target is None and transfer.to_id is None:
        raise StockError(_("Say where the goods go to: a move between places needs its target."))
    known = {} if known is None else known
    if transfer.company_id not in known:
        known[transfer.company_id] = usual_places(session, transfer.company_id)
    usual = known[transfer.company_id]
    transfer.from_id = transfer.from_id or usual[source]
    transfer.to_id = transfer.to_id or usual[target or "internal"]
