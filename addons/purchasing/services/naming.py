"""Lines of typed bills that name the shipment whose cost was accrued.

Problem: a forwarder's bill is typed off its paper, “Sea freight HBL 5”, 82.00. Rule: a line without a part is
for a landed cost of the same partner and currency whose shipment or number stands in its description, in any
spelling (`hbl-5`), and that no bill clears yet; of several the one of the same amount, else the oldest. What
names nothing is not guessed: the draft says what is accrued. A line stays what it is for, whatever is written
later.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from core.db import AnySession

#: What of landed costs a partner may bill; what a draft is about to clear is taken.
_ACCRUED = text("""
    SELECT l.id, l.amount, c.number, c.reference, c.id AS cost_id, c.currency_code
      FROM purchasing_landed_line l JOIN purchasing_landed_cost c ON c.id = l.landed_cost_id
     WHERE c.partner_id = :partner AND c.company_id = :company AND c.currency_code = :currency
       AND c.state = 'posted' AND NOT l.billed
       AND NOT EXISTS (SELECT 1 FROM accounting_bill_line x JOIN accounting_bill b ON b.id = x.bill_id
                        WHERE x.landed_line_id = l.id AND b.state = 'draft')
     ORDER BY c.date, l.id
""")


def accrued_of(session: AnySession, partner_id: int, company_id: int, currency: str) -> list[Any]:
    """The lines of posted landed costs that this partner has not billed, the oldest first."""
    of = {"partner": partner_id, "company": company_id, "currency": currency}
    with session.no_autoflush:
        return list(session.execute(_ACCRUED, of))


def name_costs(session: AnySession, bills: Sequence[Any]) -> None:
    """Tie the lines of drafts to the costs that they name; nothing is written."""
    for bill in bills:
        lines = [line for line in bill.lines if _may_name(line)]
        if bill.kind != "bill" or bill.partner_id is None or not lines:
            continue
        accrued = accrued_of(session, bill.partner_id, bill.company_id, bill.currency_code)
        for line in lines:
            _tie(line, accrued)


def _may_name(line: Any) -> bool:
    return (line.product_id, line.purchase_line_id, line.landed_line_id) == (None, None, None)


def _tie(line: Any, accrued: list[Any]) -> None:
    meant = [row for row in accrued if names(line.description or "", row.reference, row.number)]
    meant.sort(key=lambda row: row.amount != line.net)
    if meant:
        accrued.remove(meant[0])
        line.landed_line_id = meant[0].id


def names(description: str, *called: str) -> bool:
    """Whether a text holds one of these numbers in any spelling: “hbl-5” is `HBL 5`, “HBL 51” is not."""
    for number in called:
        parts = re.findall(r"[^\W_]+", number)
        spelled = r"[\W_]*".join(map(re.escape, parts))
        if parts and re.search(rf"(?<![A-Za-z0-9]){spelled}(?![A-Za-z0-9])", description, re.IGNORECASE):
            return True
    return False
