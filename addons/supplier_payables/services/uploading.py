"""Read a supplier's list, match it with a draft, and accept what is exact."""

import mimetypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.matching.services.assigning import match
from addons.matching.services.lines import Line, Match, Tolerances
from addons.matching.services.reading import TheirList, read
from addons.supplier_payables.services.creation import refuse_posted
from addons.supplier_payables.services.einvoices import NoInvoiceError, is_electronic, list_of
from addons.supplier_payables.services.errors import PayablesError
from addons.supplier_payables.services.excess import excess
from core import m
from core.db import AnySession, reserve_ids, round_money
from core.i18n import _, format_number
from core.records.attachments import store
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

MATCH, SEND = "supplier_payables.match", "supplier_payables.send"
_ZERO = Decimal(0)

_OURS = text("""
    SELECT l.id, l.quantity, l.unit_price, l.amount, l.date, l.order_number, l.receipt, p.code, p.mpn,
           p.description, x.partner_number, n.numbers
      FROM payables_line l JOIN payables_statement s ON s.id = l.statement_id
      JOIN product p ON p.id = l.product_id JOIN stock_move v ON v.id = l.move_id
      JOIN purchasing_order_line x ON x.id = v.purchase_line_id
      LEFT JOIN (SELECT product_id, partner_id, array_agg(number ORDER BY id) AS numbers
                   FROM product_part_number WHERE kind = 'supplier' GROUP BY 1, 2) n
        ON n.product_id = l.product_id AND n.partner_id = s.partner_id
     WHERE l.statement_id = :id AND (CAST(:lines AS bigint[]) IS NULL OR l.id = ANY(:lines)) ORDER BY l.id
""")
_THEIRS = text("SELECT * FROM payables_their_line WHERE id = ANY(:lines) ORDER BY id")
_FORGET = (
    text("DELETE FROM payables_their_line WHERE statement_id = :id"),
    text("DELETE FROM payables_match WHERE statement_id = :id"),
)
_TIE = """
    UPDATE {table} l SET match_id = w.match
      FROM unnest(CAST(:lines AS bigint[]), CAST(:matches AS bigint[])) AS w (line, match) WHERE l.id = w.line
"""
TIE_OURS, TIE_THEIRS = (text(_TIE.format(table=name)) for name in ("payables_line", "payables_their_line"))
_NOTE = text("""
    UPDATE payables_statement SET list_name = :name, list_id = :file, their_total = :total WHERE id = :id
""")
_TOLERANCES = text(
    "SELECT price_tolerance, quantity_tolerance, rounding_tolerance FROM partner WHERE id = :id"
)
_EXACT = text("""
    UPDATE payables_match SET state = 'accepted', decided_by_id = :user, decided_at = now()
     WHERE statement_id = ANY(:ids) AND state = 'open' AND exact RETURNING id
""")


def upload(session: AnySession, statement: Any, filename: str, contents: bytes) -> TheirList:
    """Raises FileError or EInvoiceError where nothing can be read; what was decided before is gone."""
    acts.require(session, MATCH)
    (row,) = acts.locked(session, m.PayablesStatement, [statement])
    refuse_posted([row])
    found = _read(session, row, contents)
    file = _kept(session, row, filename, contents)
    tolerances = tolerances_of(session, row)
    keep(session, row, found, filename, file, lambda ours, theirs: match(ours, theirs, tolerances))
    record(session, "upload", "payables.statement", [row.id])
    return found


def keep(
    session: AnySession,
    row: Any,
    found: TheirList,
    name: str,
    file: int | None,
    matching: Callable[[Sequence[Line], Sequence[Line]], Sequence[Match]],
) -> None:
    """Let what was read be the supplier's list of a locked draft, in place of one before, and match it."""
    for forget in _FORGET:
        session.execute(forget, {"id": row.id})
    theirs, ours = _keep(session, row, found), our_lines(session, row.id)
    write(session, row, ours, theirs, matching(ours, theirs))
    total = _sum(theirs, row.currency_code)
    session.execute(_NOTE, {"id": row.id, "name": name[:1000], "file": file, "total": total})
    acts.forget(session, m.PayablesStatement, [row.id])


def take_list(session: AnySession, statement: Any, filename: str, contents: bytes, most: int) -> None:
    """A list that the supplier brings by its link: the first one, a table, of so many lines at most."""
    acts.require(session, SEND)
    (row,) = acts.locked(session, m.PayablesStatement, [statement])
    refuse_posted([row])
    if row.list_name:
        raise PayablesError(_("Your list is here already: write to us instead."))
    if contents.startswith(b"%PDF"):  # reading one takes seconds, which nobody gets without a log-in
        raise PayablesError(_("Bring a table, xlsx or csv: send a PDF by mail instead."))
    found = _read(session, row, contents)
    if len(found.lines) > most:
        raise PayablesError(_("The list has more than %(n)s lines: send it by mail.", n=format_number(most)))
    file, tolerances = _kept(session, row, filename, contents), tolerances_of(session, row)
    keep(session, row, found, filename, file, lambda ours, theirs: match(ours, theirs, tolerances))
    record(session, "upload", "payables.statement", [row.id])


def _read(session: AnySession, row: Any, contents: bytes) -> TheirList:
    """An electronic invoice, or a table whose columns are remembered; a PDF may be either."""
    if is_electronic(contents):
        try:
            return list_of(contents, row.currency_code)
        except NoInvoiceError:
            pass  # a PDF for people alone: its text is read
    owner = f"partner:{row.partner_id}"
    found = read(contents, m.MatchingMapping.recall(session, row.company_id, owner))
    m.MatchingMapping.remember(session, row.company_id, owner, found.mapping)
    return found


def _kept(session: AnySession, row: Any, filename: str, contents: bytes) -> int:
    """The id of the file as it came, beside the statement."""
    actor = actor_of(session)
    file = m.Attachment(
        company_id=row.company_id,
        filename=filename[:1000] or "list",
        mimetype=mimetypes.guess_type(filename)[0] or "application/octet-stream",
        sha256=store(contents),
        size=len(contents),
        model="payables.statement",
        record_id=row.id,
        user_id=actor.user_id,
        user_name=actor.name,
    )
    session.add(file)
    session.flush()
    return int(file.id)


def tolerances_of(session: AnySession, row: Any) -> Tolerances:
    """Those agreed with the supplier of a statement, and its period; late lines lie before it."""
    partner = session.execute(_TOLERANCES, {"id": row.partner_id}).one()
    return Tolerances(
        price=partner.price_tolerance,
        quantity=partner.quantity_tolerance,
        amount=partner.rounding_tolerance,
        end=row.period_end,
    )


def our_lines(session: AnySession, statement_id: int, lines: Sequence[int] | None = None) -> list[Line]:
    """Lines of a statement as the matching sees them."""
    rows = session.execute(_OURS, {"id": statement_id, "lines": lines})
    return [
        Line(
            row.id,
            row.quantity,
            row.unit_price,
            tuple(filter(None, (row.code, row.mpn, row.partner_number, *(row.numbers or ())))),
            row.order_number,
            row.receipt,
            row.date,
            row.description or "",
            row.amount,
        )
        for row in rows
    ]


def their_lines(session: AnySession, lines: Sequence[int]) -> list[Line]:
    """Lines of a supplier's list as the matching sees them."""
    return [
        Line(
            row.id,
            row.quantity,
            row.unit_price,
            tuple(filter(None, row.part.split("\n"))),
            row.order_number,
            row.delivery,
            row.date,
            row.text,
            row.amount,
        )
        for row in session.execute(_THEIRS, {"lines": list(lines)})
    ]


def _keep(session: AnySession, row: Any, found: TheirList) -> list[Line]:
    """Write what was read, and what could not be; returns the lines under their ids."""
    ids = list(reserve_ids(session, m.PayablesTheirLine.__table__, len(found.lines)))
    of = {"company_id": row.company_id, "statement_id": row.id}
    rows = [
        {**of, "id": key, **_stored(line, *found.rows[line.key]), **_place(found, *found.rows[line.key])}
        for key, line in zip(ids, found.lines, strict=True)
    ]
    m.PayablesTheirLine._bulk(session, rows)
    unread = (*found.unread, *found.totals)
    problems = [
        {
            **of,
            "sheet": one.sheet,
            "row": one.row,
            "text": one.cell,
            "problem": f"{one.column} {one.reason}".strip(),
            **_place(found, one.sheet, one.row),
        }
        for one in unread
    ]
    m.PayablesTheirLine._bulk(session, problems)
    return their_lines(session, ids)


def _place(found: TheirList, _sheet: str, row: int) -> dict[str, Any]:
    """Where a row of a PDF stands; other files have no pages."""
    page, place = found.places.get(row, (None, None))
    return {"page": page, "place": None if place is None else list(place)}


def _stored(line: Line, sheet: str, row: int) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "row": row,
        "part": "\n".join(line.parts),
        "order_number": line.order,
        "delivery": line.delivery,
        "date": line.day,
        "text": line.text,
        "quantity": line.quantity,
        "unit_price": line.price,
        "amount": line.amount,
    }


def write(
    session: AnySession, row: Any, ours: Sequence[Line], theirs: Sequence[Line], matches: Sequence[Match]
) -> list[int]:
    """Keep matches of lines that are kept already; returns their ids."""
    us, them = {line.key: line for line in ours}, {line.key: line for line in theirs}
    tolerances = tolerances_of(session, row)
    ids = list(reserve_ids(session, m.PayablesMatch.__table__, len(matches)))
    rows = [
        {
            "id": key,
            "company_id": row.company_id,
            "statement_id": row.id,
            "partner_id": row.partner_id,
            **judged(one, us, them, row.currency_code, tolerances),
        }
        for key, one in zip(ids, matches, strict=True)
    ]
    m.PayablesMatch._bulk(session, rows)
    for statement, side in ((TIE_OURS, "ours"), (TIE_THEIRS, "theirs")):
        pairs = [(line, key) for key, one in zip(ids, matches, strict=True) for line in getattr(one, side)]
        session.execute(statement, {"lines": [a for a, _b in pairs], "matches": [b for _a, b in pairs]})
    return ids


def judged(
    one: Match, us: Mapping[int, Line], them: Mapping[int, Line], currency: str, tolerances: Tolerances
) -> dict[str, Any]:
    """What is kept of a match of these lines."""
    ours, theirs = [us[key] for key in one.ours], [them[key] for key in one.theirs]
    change = one.price_change
    quantities = _quantity(ours), _quantity(theirs)
    return {
        "kind": one.kind,
        "causes": " ".join(one.causes),
        "agreements": " ".join(one.agreements),
        "our_quantity": quantities[0],
        "their_quantity": quantities[1],
        "our_amount": _amount(ours, currency),
        "their_amount": _amount(theirs, currency),
        "price_change": None if change is None else min(max(round(change, 4), -LIMIT), LIMIT),
        "score": one.score,
        "exact": one.exact,
        "beyond": bool(excess(one, *quantities, tolerances)),
    }


#: A change that says no more than "quite another price".
LIMIT = Decimal(99_999_999)


def _quantity(lines: Sequence[Line]) -> Decimal | None:
    return sum((line.quantity for line in lines), _ZERO) if lines else None


def _amount(lines: Sequence[Line], currency: str) -> Decimal | None:
    return _sum(lines, currency) if lines else None


def _sum(lines: Sequence[Line], currency: str) -> Decimal:
    """Each line is rounded, and nothing after it: so the lines, their matches and the total agree."""
    return sum((round_money(line.value or _ZERO, currency) for line in lines), _ZERO)


def accept_exact(session: AnySession, statements: Iterable[Any]) -> int:
    """Accept what is exact, of drafts."""
    acts.require(session, MATCH)
    rows = acts.locked(session, m.PayablesStatement, statements)
    refuse_posted(rows)
    missing = _("Upload the supplier's list first.")
    PayablesError.refuse({row.id: missing for row in rows if not row.list_name})
    user = actor_of(session).user_id
    done = session.scalars(_EXACT, {"ids": [row.id for row in rows], "user": user}).all()
    record(session, "accept", "payables.match", done)
    acts.forget(session, m.PayablesMatch, done)
    return len(done)
