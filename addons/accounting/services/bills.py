"""Bills of suppliers and their credit notes, as a paper: input tax and what was bought against the payable.

A bill goes to the accounts of its lines, or to what another addon says instead (`AccountingBill.debits_of`);
its taxes go to input tax. A reversal books the opposite of the entry that it takes back, whatever would be
said today.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import BillDraft, BillLineDraft
from addons.accounting.services.ledger import Amount
from addons.accounting.services.papers import Paper
from core import m
from core.db import AnySession, clean
from core.errors import UserError
from core.i18n import _, format_date

WRITE = "accounting.write_bills"
FORM = "/m/accounting.bill.form"

_LINES = text("""
    SELECT id, bill_id, account_id, net FROM accounting_bill_line WHERE bill_id = ANY(:ids) ORDER BY id
""")
#: The entries of what reversals take back, without the line of the partner's account.
_BOOKED = text("""
    SELECT b.id AS bill_id, l.account_id, l.partner_id, l.description, l.amount_currency,
           l.debit - l.credit AS value
      FROM accounting_bill b JOIN accounting_bill r ON r.id = b.reverses_id
      JOIN accounting_entry_line l ON l.entry_id = r.entry_id
      LEFT JOIN accounting_open_item o ON o.entry_line_id = l.id
     WHERE b.id = ANY(:ids) AND o.id IS NULL ORDER BY l.id
""")
#: Bills that have the number of another one of the same supplier; of two new ones the second is to blame.
_SAME = text("""
    SELECT w.place, b.id, b.number, b.date, b.reference
      FROM unnest(CAST(:places AS int[]), CAST(:own AS bigint[]), CAST(:companies AS bigint[]),
                  CAST(:partners AS bigint[]), CAST(:kinds AS text[]), CAST(:keys AS text[]))
           AS w (place, own, company_id, partner_id, kind, key)
      JOIN accounting_bill b ON b.company_id = w.company_id AND b.partner_id = w.partner_id
           AND b.kind = w.kind AND b.reference_key = w.key
     WHERE b.reverses_id IS NULL AND NOT b.taken_back AND b.id <> w.own
     ORDER BY w.place, b.id
""")


class BillError(UserError):
    """The bill does not allow this; says why and what to do."""


class DuplicateBillError(BillError):
    """The supplier's number is on another bill already; `address` leads to that one."""


@dataclass(frozen=True)
class Debit:
    """So much of a line goes to this account: in the currency of its bill, positive as the line is.

    `value` is what it is worth in the books where that is known from elsewhere, such as goods that were
    received at another rate; what the bill's rate says beyond it is an exchange difference.
    """

    account_id: int
    amount: Decimal
    value: Decimal | None = None
    partner_id: int | None = None


def debits_of(session: AnySession, bills: Sequence[Any]) -> dict[int, list[Debit]]:
    """For each line of these bills, rows that are being posted: its net on its account."""
    purchases = {i: books_of(session, i).account("purchases") for i in {bill.company_id for bill in bills}}
    company = {bill.id: bill.company_id for bill in bills}
    return {
        line.id: [Debit(line.account_id or purchases[company[line.bill_id]], line.net)]
        for line in _lines(session, company)
    }


def _lines(session: AnySession, ids: Iterable[int]) -> Sequence[Any]:
    return session.execute(_LINES, {"ids": list(ids)}).all()


def _amounts(session: AnySession, books: Books, postings: Sequence[Any]) -> Mapping[int, list[Amount]]:
    new = [posting for posting in postings if posting.row.reverses_id is None]
    found: dict[int, list[Amount]] = {posting.row.id: [] for posting in postings}
    for bill_id, amount in _debited(session, [posting.row for posting in new]):
        found[bill_id].append(amount)
    for posting in new:
        found[posting.row.id] += [
            Amount(books.input_tax_account(tax.tax_id), tax.amount) for tax in posting.totals.taxes
        ]
    for bill_id, amount in _taken_back(session, [p.row for p in postings if p.row.reverses_id is not None]):
        found[bill_id].append(amount)
    return found


def _debited(session: AnySession, bills: Sequence[Any]) -> Iterator[tuple[int, Amount]]:
    debits = m.AccountingBill.debits_of(session, bills) if bills else {}
    for line in _lines(session, [bill.id for bill in bills]):
        if sum(debit.amount for debit in debits[line.id]) != line.net:
            raise ValueError(f"the debits of line {line.id} of bill {line.bill_id} are not its net")
        for debit in debits[line.id]:
            yield line.bill_id, Amount(debit.account_id, debit.amount, debit.partner_id, value=debit.value)


def _taken_back(session: AnySession, notes: Sequence[Any]) -> Iterator[tuple[int, Amount]]:
    rows = session.execute(_BOOKED, {"ids": [note.id for note in notes]}) if notes else ()
    for row in rows:
        amount = Amount(row.account_id, row.amount_currency, row.partner_id, row.description, row.value)
        yield row.bill_id, amount


def refuse_known_numbers(session: AnySession, bills: Sequence[Any]) -> None:
    """Refuse drafts and unsaved records whose number the supplier has used already.

    Raises DuplicateBillError. What takes another bill back has our number, not the supplier's.
    """
    named = [(bill, clean(bill.reference or "")) for bill in bills if bill.reverses_id is None]
    named = [(bill, key) for bill, key in named if key]
    seen = set()
    for bill, key in named:
        same = (bill.company_id, bill.partner_id, bill.kind or BILLS.kind, key)
        if same in seen:
            raise BillError(_("The supplier's number %(number)s is there twice.", number=bill.reference))
        seen.add(same)
    _refuse_known(session, named)


def _why_not(rows: Sequence[Any]) -> dict[int, str]:
    reason = _("The supplier's number is missing: enter it as the reference before you post the bill.")
    return {row.id: reason for row in rows if not row.reference_key}


def _refuse_known(session: AnySession, named: Sequence[tuple[Any, str]]) -> None:
    values = {
        "places": list(range(len(named))),
        "own": [bill.id or 0 for bill, _key in named],
        "companies": [bill.company_id for bill, _key in named],
        "partners": [bill.partner_id for bill, _key in named],
        "kinds": [bill.kind or BILLS.kind for bill, _key in named],
        "keys": [key for _bill, key in named],
    }
    first = session.execute(_SAME, values).first() if named else None
    if first is not None:
        bill = named[first.place][0]
        error = DuplicateBillError(
            _(
                "The supplier's number %(number)s is on %(first)s already: open that one, or correct the "
                "number.",
                number=bill.reference,
                first=first.number or _("a draft of %(day)s", day=format_date(first.date)),
            )
        )
        error.address, error.place = f"{FORM}/{first.id}", first.number or first.reference
        raise error


BILLS = Paper(
    model="accounting.bill",
    kind="bill",
    key="bill_id",
    side="payable",
    journal="purchase",
    signs={"bill": -1, "credit_note": 1},
    sequences={"bill": "accounting.bill", "credit_note": "accounting.supplier_credit_note"},
    write=WRITE,
    error=BillError,
    draft=BillDraft,
    line=BillLineDraft,
    amounts=_amounts,
    check=refuse_known_numbers,
    why_not=_why_not,
)
