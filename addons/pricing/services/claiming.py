"""Claims on suppliers: the difference of what was billed before its price changed.

Problem: 100 were billed at 1.08 EUR, and the list says 1.00 by now: the supplier owes 8.00 EUR. Posted
bills stay as they are. Rule: the run puts the difference on the account for claims on suppliers, and writes
a claim for each supplier and currency; its credit note, or a further bill where prices rose, takes off that
account what stands there, and what its own rate says beyond that is a difference of exchange.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.bills import Debit
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import BillDraft, BillLineDraft
from addons.pricing.services.errors import PricingError
from core import m
from core.clock import today
from core.db import AnySession, reserve_many
from core.i18n import _
from core.records.sequences import next_numbers
from core.security import acts
from core.security.audit import record

CLAIM = "pricing.reprice"
_LINES = text("""
    SELECT p.id, p.company_id, p.partner_id, p.currency_code, p.product_id, p.price, p.latest_price,
           p.claim_amount,
           p.billed - coalesce((SELECT sum(billed) FROM stock_move
                                                 WHERE returns_id = p.move_id AND state = 'done'), 0)
           AS quantity
      FROM pricing_run_line p
     WHERE p.run_id = :run AND p.accepted AND (p.claim_amount <> 0 OR p.claim_value <> 0) ORDER BY p.id
""")
_SETTLED = text("""
    SELECT number FROM pricing_claim WHERE run_id = :run AND state = 'settled' ORDER BY id LIMIT 1
""")
_DRAFTED = text("""
    SELECT c.id, c.number, b.number AS bill FROM pricing_claim c
      JOIN accounting_bill_line l ON l.claim_id = c.id JOIN accounting_bill b ON b.id = l.bill_id
     WHERE c.id = ANY(:ids) AND b.state = 'draft'
""")
#: What settles a claim, or did before it was taken back, the last first.
_PAPERS = text("""
    SELECT DISTINCT b.id, b.number, b.reference, b.kind, b.state FROM accounting_bill b
      JOIN accounting_bill_line l ON l.bill_id = b.id WHERE l.claim_id = :claim ORDER BY b.id DESC
""")
_OF_RUN = text("SELECT id FROM pricing_claim WHERE run_id = :run ORDER BY id FOR UPDATE")
_OF_BILLS = text("""
    SELECT c.id, c.number, c.state, c.value, c.partner_id, l.id AS line_id, l.net, b.company_id, b.kind
      FROM accounting_bill b JOIN accounting_bill_line l ON l.bill_id = b.id
      JOIN pricing_claim c ON c.id = l.claim_id
     WHERE b.id = ANY(:ids) AND b.reverses_id IS NULL ORDER BY c.id
""")
#: Bills of goods whose difference stands on claims by a run that found them billed; runs that go back to the
#: old price sum to nothing.
_CLAIMED = text("""
    SELECT b.id, coalesce(b.number, b.reference) AS bill, max(c.number) AS claim, max(r.number) AS run
      FROM accounting_bill b JOIN accounting_bill_line l ON l.bill_id = b.id
      JOIN purchasing_billed_move y ON y.bill_line_id = l.id AND y.quantity > 0
      JOIN pricing_run_line p ON p.move_id = y.move_id AND p.applied
      JOIN pricing_run r ON r.id = p.run_id AND r.applied_at >= b.posted_at
      JOIN pricing_claim_line k ON k.run_line_id = p.id
      JOIN pricing_claim c ON c.id = k.claim_id AND c.state <> 'withdrawn'
     WHERE b.id = ANY(:ids) GROUP BY b.id, y.move_id
    HAVING sum(k.amount) <> 0 OR sum(k.value) <> 0 ORDER BY b.id
""")
_STATE = text("UPDATE pricing_claim SET state = :state WHERE id = ANY(:ids)")


def open_for(session: AnySession, run: int, booked: Mapping[int, Decimal]) -> list[int]:
    """Write the claims of a run, one a supplier and currency; returns their ids."""
    groups: dict[tuple[int, int, str], list[Any]] = {}
    for line in session.execute(_LINES, {"run": run}):
        groups.setdefault((line.company_id, line.partner_id, line.currency_code), []).append(line)
    if not groups:
        return []
    lines = [line for group in groups.values() for line in group]
    claim, claim_line = m.PricingClaim.__table__, m.PricingClaimLine.__table__
    ids, line_ids = reserve_many(session, {claim: len(groups), claim_line: len(lines)})
    own, on = iter(line_ids), today()
    rows, line_rows = [], []
    for claim_id, ((company, partner, currency), group) in zip(ids, groups.items(), strict=True):
        made = [_line(next(own), claim_id, line, booked) for line in group]
        (number,) = next_numbers(session, "pricing.claim", company, on.year, 1)
        rows.append(
            {
                "id": claim_id,
                "company_id": company,
                "number": number,
                "date": on,
                "partner_id": partner,
                "currency_code": currency,
                "run_id": run,
                "amount": sum((row["amount"] for row in made), Decimal(0)),
                "value": sum((row["value"] for row in made), Decimal(0)),
            }
        )
        line_rows += made
    m.PricingClaim._bulk(session, rows)
    m.PricingClaimLine._bulk(session, line_rows)
    record(session, "create", "pricing.claim", list(ids))
    return list(ids)


def _line(line_id: int, claim_id: int, line: Any, booked: Mapping[int, Decimal]) -> dict[str, Any]:
    return {
        "id": line_id,
        "company_id": line.company_id,
        "claim_id": claim_id,
        "run_line_id": line.id,
        "product_id": line.product_id,
        "quantity": line.quantity,
        "billed_price": line.price,
        "price": line.latest_price,
        "amount": line.claim_amount,
        "value": booked.get(line.id, Decimal(0)),
    }


def withdraw_of(session: AnySession, run: int) -> None:
    """Withdraw the claims of a run; raises PricingError where one is settled, or about to be."""
    ids = session.scalars(_OF_RUN, {"run": run}).all()
    settled = session.scalar(_SETTLED, {"run": run})
    if settled:
        raise PricingError(
            _(
                "%(number)s is settled: take its bill back first; after a credit note, let a new run go back "
                "to the old price.",
                number=settled,
            )
        )
    _refuse_drafted(session, ids)
    _set_state(session, ids, "withdrawn")


def _refuse_drafted(session: AnySession, ids: Sequence[int]) -> None:
    PricingError.refuse(
        {
            row.id: _(
                "The draft of a bill or credit note settles %(number)s: post or delete it.", number=row.number
            )
            for row in session.execute(_DRAFTED, {"ids": list(ids)})
        }
    )


def _set_state(session: AnySession, ids: Sequence[int], state: str) -> None:
    session.execute(_STATE, {"ids": list(ids), "state": state})
    acts.forget(session, m.PricingClaim, ids)


@dataclass
class ClaimedLine(BillLineDraft):
    """A line of a bill or credit note that settles a claim."""

    claim_id: int | None = None


def settle(session: AnySession, claims: Iterable[Any], reference: str, on: date | None) -> list[int]:
    """A draft for each open claim: a credit note for what the supplier owes, else a further bill."""
    acts.require(session, CLAIM)
    rows = acts.locked(session, m.PricingClaim, claims)
    PricingError.refuse(
        {
            row.id: _("%(number)s is not open: there is nothing to settle.", number=row.number)
            for row in rows
            if row.state != "open"
        }
    )
    _refuse_drafted(session, [row.id for row in rows])
    made: list[int] = m.AccountingBill.create(
        session, [_draft(row, reference, on or today()) for row in rows]
    )
    record(session, "settle", "pricing.claim", [row.id for row in rows])
    return made


def papers_of(session: AnySession, claim: int) -> Sequence[Any]:
    """The credit notes and further bills that name a claim, the last first: id, number, reference, state."""
    return session.execute(_PAPERS, {"claim": claim}).all()


def _draft(claim: Any, reference: str, on: date) -> BillDraft:
    words = _("Price difference %(number)s", number=claim.number)
    line = ClaimedLine(None, words, Decimal(1), abs(claim.amount))
    line.claim_id = claim.id
    kind = "bill" if claim.amount > 0 else "credit_note"
    return BillDraft(claim.company_id, claim.partner_id, on, claim.currency_code, reference, [line], kind)


def settled(session: AnySession, bills: Sequence[int]) -> None:
    """Settle the claims of documents that are being posted; raises PricingError."""
    rows = session.execute(_OF_BILLS, {"ids": list(bills)}).all()
    if rows:
        states = {row.id: row for row in acts.locked(session, m.PricingClaim, {row.id for row in rows})}
        PricingError.refuse(
            {
                row.id: _("%(number)s is not open: there is nothing to settle.", number=row.number)
                for row in rows
                if states[row.id].state != "open"
            }
        )
        _set_state(session, [row.id for row in rows], "settled")


def reopened(session: AnySession, bills: Sequence[int]) -> None:
    """Open the claims of documents again that were taken back."""
    rows = session.execute(_OF_BILLS, {"ids": list(bills)}).all()
    if rows:
        _set_state(session, [row.id for row in rows], "open")


def refuse_claimed(session: AnySession, bills: Sequence[int]) -> None:
    """Refuse to take back bills whose difference is claimed: billed again, it would be charged twice."""
    PricingError.refuse(
        {
            row.id: _(
                "%(claim)s claims a difference of goods on %(bill)s, which a new bill would charge again: "
                "take %(run)s back first.",
                claim=row.claim,
                bill=row.bill,
                run=row.run,
            )
            for row in session.execute(_CLAIMED, {"ids": list(bills)})
        }
    )


def debits_of(session: AnySession, bills: Sequence[Any]) -> dict[int, list[Debit]]:
    """What lines that settle claims are debited to, by the line's id."""
    found = {}
    for row in session.execute(_OF_BILLS, {"ids": [bill.id for bill in bills]}):
        account = books_of(session, row.company_id).account("supplier_claims")
        found[row.line_id] = [Debit(account, row.net, abs(row.value), row.partner_id)]
    return found
