"""A statement as its supplier gets it: its lines, what its papers say of themselves, and the workbook."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

from sqlalchemy import text

from core.db import AnySession
from core.documents import Identity
from core.i18n import _, in_locale
from core.records.made_files import keep_made_file, made_file
from core.tabular.writers import XLSX, write_xlsx

DOCUMENT = "payables.statement"
WORKBOOK, CLAIM = f"{DOCUMENT}.workbook", "payables.claim"
_LINES = text("""
    SELECT l.id, l.date, l.order_number, l.receipt, l.quantity, l.unit_price, l.amount, l.kind, p.code, p.mpn,
           coalesce(x.partner_number, '') AS partner_number, s.currency_code
      FROM payables_line l JOIN payables_statement s ON s.id = l.statement_id
      JOIN product p ON p.id = l.product_id JOIN stock_move v ON v.id = l.move_id
      LEFT JOIN purchasing_order_line x ON x.id = v.purchase_line_id
     WHERE l.statement_id = :id ORDER BY l.position
""")
_DISPUTED = text("""
    SELECT k.id, k.kind, k.note, k.outcome, k.our_quantity, k.their_quantity, k.our_amount, k.their_amount,
           coalesce(o.part, t.part, '') AS part, coalesce(o.order_number, t.order_number, '') AS order_number,
           coalesce(o.receipt, t.delivery, '') AS paper
      FROM payables_match k
      LEFT JOIN LATERAL (SELECT coalesce(nullif(p.mpn, ''), p.code) AS part, l.order_number, l.receipt
                           FROM payables_line l JOIN product p ON p.id = l.product_id
                          WHERE l.match_id = k.id ORDER BY l.id LIMIT 1) o ON true
      LEFT JOIN LATERAL (SELECT coalesce(nullif(split_part(part, chr(10), 1), ''), text) AS part,
                                order_number, delivery
                           FROM payables_their_line WHERE match_id = k.id ORDER BY id LIMIT 1) t ON true
     WHERE k.statement_id = :id AND k.state = 'disputed' ORDER BY k.id
""")


def lines_of(session: AnySession, statement_id: int) -> Sequence[Any]:
    """What came and went back, in its order, with the part in each party's words."""
    return session.execute(_LINES, {"id": statement_id}).all()


def disputed_of(session: AnySession, statement_id: int) -> Sequence[Any]:
    """What is disputed, with what either side has and why."""
    return session.execute(_DISPUTED, {"id": statement_id}).all()


def identity_of(statement: Any) -> Identity:
    """Which statement, whose, in which state of its lines: what its papers say of themselves."""
    made = statement.run.created_at.astimezone(UTC)
    return Identity(DOCUMENT, statement.number, statement.partner.code, made, statement.revision)


def workbook(session: AnySession, statement: Any) -> Any:
    """The attachment with the lines as a workbook, made at the first call for each state of them."""
    identity = replace(identity_of(statement), document=WORKBOOK)
    document = f"{WORKBOOK}/{identity.version}"
    found = made_file(session, statement, document)
    if found is None:
        name, contents = _workbook(session, statement, identity)
        found = keep_made_file(session, statement, document, name.replace("/", "-"), XLSX, contents)
    return found


def _workbook(session: AnySession, statement: Any, identity: Identity) -> tuple[str, bytes]:
    made = io.BytesIO()
    with in_locale(statement.partner.language):
        papers = [_("Date"), _("Our order"), _("Delivery note")]
        parts = [_("Your part"), _("Our part"), _("MPN")]
        header = [*papers, *parts, _("Quantity"), _("Unit price"), _("Amount"), _("Currency")]
        rows = map(_row, lines_of(session, statement.id))
        write_xlsx(header, rows, made, identity.metadata(), identity.issued_at)
        return _("Statement %(number)s.xlsx", number=statement.number), made.getvalue()


def _row(line: Any) -> tuple[Any, ...]:
    named = (line.date, line.order_number, line.receipt, line.partner_number, line.code, line.mpn)
    return (*named, line.quantity, line.unit_price, line.amount, line.currency_code)
