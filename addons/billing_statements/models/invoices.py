"""What invoices know of statements."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from addons.accounting.models import documents

_STATEMENTS = text("""
    SELECT i.id, s.number FROM accounting_invoice i
      JOIN accounting_entry_line e ON e.entry_id = i.entry_id
      JOIN accounting_open_item o ON o.entry_line_id = e.id
      JOIN billing_statement_line l ON l.open_item_id = o.id AND l.live
      JOIN billing_statement s ON s.id = l.statement_id WHERE i.id = ANY(:ids)
""")


class Invoice(documents.Invoice):
    """An invoice knows the statement that it stands on."""

    @classmethod
    def statements_of(cls, session: Any, invoices: Iterable[int]) -> Mapping[int, str]:
        """The living statement of each that is on one."""
        ids = list(invoices)
        found = session.execute(_STATEMENTS, {"ids": ids}) if ids else ()
        return {**super().statements_of(session, ids), **{row.id: row.number for row in found}}
