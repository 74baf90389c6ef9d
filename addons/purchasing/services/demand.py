"""What is short and should be ordered, from whom, how much of it, and why.

Problem: of a part 300 are there and 200 of them reserved; 500 are expected, 1,400 are promised to leave on
Monday; it should never go below 1,000. Rule: what is wanted is the minimum less what is projected (available
+ incoming − outgoing, whenever) and less what is on requests already: 1,000 − (100 + 500 − 1,400) = 1,800. It
is asked from the approved supplier of the lowest rank, else from whom it was ordered last, and grows to what
that supplier sells: at least 2,000, in steps of 500 → 2,000.

The moves of stock say what is promised: purchasing knows no order of a customer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Numeric, text
from sqlalchemy import column as named

from addons.products.services.quantities import suggest
from addons.purchasing.services.drafts import OrderDraft, OrderLineDraft
from addons.purchasing.services.errors import PurchasingError
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _, format_date, format_number
from core.security import acts

WRITE = "purchasing.write"
_NOBODY: Mapping[int, int] = {}
#: What is wanted of each part of which something is. An inquiry asks several suppliers for the same goods.
_NEEDS = """
    WITH moving AS (
        SELECT v.product_id,
               coalesce(sum(v.quantity) FILTER (WHERE f.kind NOT IN ('internal', 'transit')), 0) AS incoming,
               coalesce(sum(v.quantity) FILTER (
                   WHERE v.state = 'planned' AND g.kind NOT IN ('internal', 'transit')), 0) AS outgoing
          FROM stock_move v
          JOIN stock_location f ON f.id = v.from_id JOIN stock_location g ON g.id = v.to_id
         WHERE v.state IN ('planned', 'reserved') GROUP BY v.product_id
    ), parts AS (
        SELECT product_id AS id FROM moving WHERE outgoing > 0
        UNION SELECT id FROM product WHERE min_stock > 0
    ), there AS (
        SELECT b.product_id, sum(b.on_hand - b.reserved) AS available
          FROM parts p JOIN stock_balance b ON b.product_id = p.id GROUP BY b.product_id
    ), asked AS (
        SELECT product_id, sum(quantity) AS quantity FROM (
            SELECT l.product_id, o.inquiry_id,
                   CASE WHEN o.inquiry_id IS NULL THEN sum(l.quantity) ELSE max(l.quantity) END AS quantity
              FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id
             WHERE o.state = 'request' AND l.product_id IS NOT NULL GROUP BY 1, 2) r GROUP BY product_id
    )
    SELECT p.id, p.company_id, p.code, p.mpn, p.description, coalesce(p.min_stock, 0) AS least,
           coalesce(t.available, 0) AS available, coalesce(v.incoming, 0) AS incoming,
           coalesce(v.outgoing, 0) AS outgoing, coalesce(a.quantity, 0) AS asked,
           coalesce(p.min_stock, 0) - coalesce(t.available, 0) - coalesce(v.incoming, 0)
               + coalesce(v.outgoing, 0) - coalesce(a.quantity, 0) AS wanted
      FROM parts w JOIN product p ON p.id = w.id AND p.kind = 'goods' AND p.active
      LEFT JOIN there t ON t.product_id = p.id
      LEFT JOIN moving v ON v.product_id = p.id
      LEFT JOIN asked a ON a.product_id = p.id
     WHERE coalesce(p.min_stock, 0) - coalesce(t.available, 0) - coalesce(v.incoming, 0)
               + coalesce(v.outgoing, 0) - coalesce(a.quantity, 0) > 0
"""
_OF_COMPANY = text(f"SELECT * FROM ({_NEEDS}) n WHERE company_id = :company ORDER BY code LIMIT :most")  # noqa: S608  # ours
_OF_PARTS = text(f"SELECT * FROM ({_NEEDS}) n WHERE id = ANY(:ids) ORDER BY code")  # noqa: S608  # ours
_SUPPLIERS = text("""
    SELECT DISTINCT ON (a.product) a.product, s.id AS partner_id, s.code, s.name,
           coalesce(s.currency_code, c.currency_code) AS currency, t.min_quantity, t.multiple, t.lead_days
      FROM unnest(CAST(:ids AS bigint[])) AS a (product)
      JOIN (SELECT product_id, partner_id, min_quantity, multiple, lead_days, rank,
                   CAST(NULL AS date) AS date, id
              FROM purchasing_supplier_part WHERE approved AND product_id = ANY(:ids)
            UNION ALL
            SELECT l.product_id, o.partner_id, NULL, NULL, NULL, 1000000, o.date, l.id
              FROM purchasing_order_line l JOIN purchasing_order o ON o.id = l.order_id
             WHERE l.product_id = ANY(:ids) AND o.state IN ('confirmed', 'done')
               AND NOT EXISTS (SELECT 1 FROM purchasing_supplier_part x WHERE x.partner_id = o.partner_id
                                  AND x.product_id = l.product_id AND NOT x.approved)) t
        ON t.product_id = a.product
      JOIN partner s ON s.id = t.partner_id AND s.active AND s.is_supplier
      JOIN company c ON c.id = s.company_id
     ORDER BY a.product, t.rank, t.date DESC NULLS LAST, t.id
""")
#: The same of suppliers that somebody chose; whom nobody has approved for a part is not asked for it.
_CHOSEN = text("""
    SELECT a.product, s.id AS partner_id, s.code, s.name,
           coalesce(s.currency_code, c.currency_code) AS currency, t.min_quantity, t.multiple, t.lead_days,
           coalesce(t.approved, true) AS approved, p.code AS part
      FROM unnest(CAST(:ids AS bigint[]), CAST(:partners AS bigint[])) AS a (product, partner)
      JOIN product p ON p.id = a.product
      JOIN partner s ON s.id = a.partner AND s.company_id = p.company_id AND s.active AND s.is_supplier
      JOIN company c ON c.id = s.company_id
      LEFT JOIN purchasing_supplier_part t ON t.partner_id = s.id AND t.product_id = a.product
""")
#: What is promised to leave and not reserved, the earliest first.
_PROMISED = text("""
    SELECT v.product_id, t.number, min(v.date) AS date, sum(v.quantity) AS quantity, p.name
      FROM stock_move v JOIN stock_transfer t ON t.id = v.transfer_id
      JOIN stock_location g ON g.id = v.to_id AND g.kind NOT IN ('internal', 'transit')
      LEFT JOIN partner p ON p.id = t.partner_id
     WHERE v.product_id = ANY(:ids) AND v.state = 'planned'
     GROUP BY v.product_id, t.id, p.id ORDER BY v.product_id, 3, t.id
""")


@dataclass(frozen=True)
class Need:
    """A part of which something is wanted, and what to order of it; no supplier where none is known."""

    part: Any
    supplier: Any
    quantity: Decimal
    #: Why so much of it: what is promised, the minimum, what the supplier sells.
    reason: str
    #: When the first of it is wanted.
    by: date | None

    @property
    def wanted(self) -> Decimal:
        """What is lacking, before it grows to what the supplier sells."""
        return Decimal(self.part.wanted)


def short_ids() -> Any:
    """The ids of the parts of which something is wanted, as a query for conditions of lists."""
    needs = text(_NEEDS).columns(named("id", BigInteger), named("wanted", Numeric)).subquery()
    return needs.select().with_only_columns(needs.c.id)


def needs_of(session: AnySession, company_id: int, most: int = 500) -> list[Need]:
    """What a company should order, by the part's code."""
    return _needs(session, session.execute(_OF_COMPANY, {"company": company_id, "most": most}).all())


def _needs(session: AnySession, parts: Sequence[Any], chosen: Mapping[int, int] = _NOBODY) -> list[Need]:
    ids = {"ids": [part.id for part in parts]}
    suppliers = {row.product: row for row in session.execute(_SUPPLIERS, ids)} if parts else {}
    suppliers |= _chosen(session, chosen) if chosen else {}
    promised: dict[int, list[Any]] = {}
    for row in session.execute(_PROMISED, ids) if parts else ():
        promised.setdefault(row.product_id, []).append(row)
    return [_need(part, suppliers.get(part.id), promised.get(part.id, [])) for part in parts]


def _chosen(session: AnySession, chosen: Mapping[int, int]) -> dict[int, Any]:
    """The suppliers that were chosen for parts; raises PurchasingError."""
    pairs = {"ids": list(chosen), "partners": list(chosen.values())}
    found = {row.product: row for row in session.execute(_CHOSEN, pairs)}
    unknown = _("There is no such supplier: choose one of the list.")
    PurchasingError.refuse({part: unknown for part in chosen if part not in found})
    PurchasingError.refuse({part: _unapproved(row) for part, row in found.items() if not row.approved})
    return found


def _unapproved(row: Any) -> str:
    return _("%(supplier)s is not approved for %(part)s.", supplier=row.name, part=row.part)


def _need(part: Any, supplier: Any, promised: Sequence[Any]) -> Need:
    offered = suggest(part.wanted, supplier and supplier.min_quantity, supplier and supplier.multiple)
    reasons = [*_reasons(part, promised), *([offered.reason] if offered.reason else [])]
    return Need(part, supplier, offered.quantity, "; ".join(reasons), promised[0].date if promised else None)


def _reasons(part: Any, promised: Sequence[Any]) -> list[str]:
    """What waits for it, by its transfers, and whether the minimum asks for it."""
    found = [
        _(
            "%(quantity)s for %(number)s on %(day)s",
            quantity=format_number(row.quantity),
            number=row.number if not row.name else f"{row.number} ({row.name})",
            day=format_date(row.date),
        )
        for row in promised[:3]
    ]
    if len(promised) > len(found):
        found.append(_("and %(count)s more", count=len(promised) - len(found)))
    if part.least:
        found.append(_("minimum %(quantity)s", quantity=format_number(part.least)))
    return found


def wanted_now(
    session: AnySession, products: Iterable[int], chosen: Mapping[int, int] = _NOBODY
) -> list[Need]:
    """What is wanted of parts, from whom it was chosen or suggested; raises PurchasingError."""
    ids = list(products)
    needs = _needs(session, session.execute(_OF_PARTS, {"ids": ids}).all(), chosen)
    found = {need.part.id for need in needs}
    PurchasingError.refuse(
        {i: _("Nothing of it is wanted any more: somebody was quicker.") for i in ids if i not in found}
    )
    return needs


def order_short(
    session: AnySession, products: Mapping[int, Decimal | None], chosen: Mapping[int, int] = _NOBODY
) -> list[int]:
    """Requests for so much of parts, or for what is suggested (None); raises PurchasingError.

    `chosen` says from whom a part is ordered, where not from whom it is suggested.
    """
    acts.require(session, WRITE)
    needs = wanted_now(session, products, chosen)
    PurchasingError.refuse({need.part.id: _no_supplier(need) for need in needs if need.supplier is None})
    groups: dict[int, list[Need]] = {}
    for need in needs:
        groups.setdefault(need.supplier.partner_id, []).append(need)
    drafts = [_draft(group, products) for group in groups.values()]
    made: list[int] = m.PurchasingOrder.create(session, drafts)
    return made


def _no_supplier(need: Need) -> str:
    return _("Nobody is known to sell %(code)s: choose a supplier beside it.", code=need.part.code)


def _draft(needs: Sequence[Need], given: Mapping[int, Decimal | None]) -> OrderDraft:
    supplier, on = needs[0].supplier, today()
    lines = [
        OrderLineDraft(
            need.part.id,
            given.get(need.part.id) or need.quantity,
            promised=on + timedelta(days=need.supplier.lead_days) if need.supplier.lead_days else None,
            note=need.reason[:1000],
        )
        for need in needs
    ]
    return OrderDraft(
        needs[0].part.company_id, supplier.partner_id, lines, date=on, currency_code=supplier.currency
    )
