"""The ledger as Beancount text, which other programs read and check.

Problem: whoever audits the books, or leaves with them, wants them in a form that a program of somebody else
proves. Rule: each account is opened on the day on which the books begin, each posted entry is a transaction
with its number as a link, each line a posting. An amount in foreign currency is priced in all with what it is
worth in the books (`100.00 EUR @@ 110.00 USD`), so that every transaction balances in the currency of the
books to the cent, as ours do. A line that has no amount in its currency, such as an exchange difference,
stands with its value in ours. At the end `balance` says of each account and currency what we have, without
tolerance: `bean-check` tells where another sum comes about.

Names of accounts are their kind, code and name, with a dash for what Beancount has no letter for:
`Assets:1200-Trade-receivables`. Two that come out alike get their id behind.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books, books_of
from core.db import AnySession, smallest_unit

ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
#: So many lines are fetched at once.
BATCH = 2000
_ZERO = Decimal(0)
_ACCOUNTS = text(
    "SELECT id, code, name, kind FROM accounting_account WHERE company_id = :company ORDER BY code"
)
_LINES = text("""
    SELECT e.id, e.date, e.number, e.narration, l.account_id, l.debit - l.credit AS value, l.amount_currency,
           l.currency_code, p.code AS partner
      FROM accounting_entry e
      JOIN accounting_entry_line l ON l.entry_id = e.id
      LEFT JOIN partner p ON p.id = l.partner_id
     WHERE e.company_id = :company AND e.state = 'posted'
       AND (CAST(:until AS date) IS NULL OR e.date <= :until)
     ORDER BY e.date, e.id, l.id
""")
_NO_LETTER = re.compile(r"[^\w-]+|_+")
_NO_LINK = re.compile(r"[^A-Za-z0-9\-_/.]+")

#: An amount with its currency, and what it is priced with in the books; None where it is theirs.
Posted = tuple[Decimal, str, Decimal | None]


def ledger(session: AnySession, company_id: int, until: date | None = None) -> Iterator[str]:
    """The posted entries up to a day, line by line; for whoever sees the ledger."""
    books = books_of(session, company_id)
    accounts = _names(session, company_id)
    yield from _head(session, books, accounts)
    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    entry_id, last = None, books.begin
    asked = {"company": company_id, "until": until}
    for row in session.execute(_LINES, asked, execution_options={"yield_per": BATCH}):
        if row.id != entry_id:
            entry_id, last = row.id, row.date
            yield from _transaction(row)
        for posted in _postings(books, row):
            sums[row.account_id, posted[1]] += posted[0]
            yield from _posting(books, accounts[row.account_id], posted, row.partner)
    yield from _balances(accounts, sums, last + timedelta(days=1))


def _names(session: AnySession, company_id: int) -> Mapping[int, str]:
    names: dict[int, str] = {}
    for row in session.execute(_ACCOUNTS, {"company": company_id}):
        name = f"{ROOTS[row.kind]}:{_component(f'{row.code}-{row.name}')}"
        names[row.id] = f"{name}-{row.id}" if name in names.values() else name
    return names


def _component(said: str) -> str:
    """Letters, digits and dashes, of which the first is a digit or a capital."""
    made = _NO_LETTER.sub("-", said).strip("-")
    first = made[:1]
    return made if first.isdecimal() or first.isupper() else f"X{made}"


def _head(session: AnySession, books: Books, accounts: Mapping[int, str]) -> Iterator[str]:
    name = session.execute(
        text("SELECT name FROM company WHERE id = :id"), {"id": books.company_id}
    ).scalar_one()
    half = smallest_unit(books.currency) / 2
    yield f'option "title" {_quoted(name)}\n'
    yield f'option "operating_currency" "{books.currency}"\n'
    yield f'option "inferred_tolerance_default" "{books.currency}:{half:f}"\n\n'
    for account in accounts.values():
        yield f"{books.begin} open {account}\n"


def _transaction(row: Any) -> Iterator[str]:
    yield f"\n{row.date} * {_quoted(row.narration or row.number)} ^{_NO_LINK.sub('-', row.number)}\n"


def _postings(books: Books, row: Any) -> Sequence[Posted]:
    """A line as one posting; two where its value has the other sign, or no amount to stand on."""
    if row.currency_code == books.currency:
        return [(row.value, books.currency, None)] if row.value else []
    if not row.amount_currency:
        return [(row.value, books.currency, None)] if row.value else []
    if row.amount_currency * row.value < 0:
        return [(row.amount_currency, row.currency_code, _ZERO), (row.value, books.currency, None)]
    return [(row.amount_currency, row.currency_code, abs(row.value))]


def _posting(books: Books, account: str, posted: Posted, partner: str | None) -> Iterator[str]:
    amount, currency, price = posted
    priced = "" if price is None else f" @@ {price:f} {books.currency}"
    yield f"  {account}  {amount:f} {currency}{priced}\n"
    if partner is not None:
        yield f"    partner: {_quoted(partner)}\n"


def _balances(
    accounts: Mapping[int, str], sums: Mapping[tuple[int, str], Decimal], on: date
) -> Iterator[str]:
    """What stands on each account in each currency after the last day."""
    yield "\n"
    named = {(accounts[key], currency): amount for (key, currency), amount in sums.items()}
    for (account, currency), amount in sorted(named.items()):
        yield f"{on} balance {account}  {amount:f} ~ 0 {currency}\n"


def _quoted(said: str) -> str:
    """As a string of theirs."""
    escaped = said.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + " ".join(escaped.split()) + '"'


def filename(until: date | None) -> str:
    """What the file is called."""
    return f"ledger-{until or 'all'}.beancount"
