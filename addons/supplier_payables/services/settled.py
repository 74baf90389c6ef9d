"""Whether what a statement made is paid: what is left open of its bill and its credit note."""

from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.db import AnySession

_LEFT = text("""
    SELECT coalesce(sum(o.allocated - o.amount), 0)
      FROM accounting_bill b JOIN accounting_entry_line l ON l.entry_id = b.entry_id
      JOIN accounting_open_item o ON o.entry_line_id = l.id
     WHERE b.id IN (:bill, :note)
""")


def left_to_pay(session: AnySession, statement: Any) -> Decimal:
    """What is still to be paid of a posted statement, in its currency; below zero the supplier owes it."""
    papers = {"bill": statement.bill_id, "note": statement.credit_note_id}
    return Decimal(session.scalar(_LEFT, papers))
