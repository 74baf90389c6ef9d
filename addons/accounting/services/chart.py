"""The chart of accounts of a company, made the first time that it is needed."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select, text

from core import m
from core.db import AnySession, advisory_lock
from core.errors import UserError
from core.i18n import _

CHART = Path(__file__).parent.parent / "chart.toml"


class MissingAccountError(UserError):
    """No account of the company serves a purpose; says which, and what to do."""


@dataclass(frozen=True)
class Books:
    """The accounts, journals and taxes that the program itself posts to, of one company."""

    company_id: int
    currency: str
    #: By purpose, and by kind.
    accounts: dict[str, int]
    journals: dict[str, int]
    #: By the id of the tax: its rate as a fraction, and the account that it is posted to.
    tax_rates: dict[int, Decimal]
    tax_accounts: dict[int, int]
    #: The account of the same tax on bills, where it has one of its own.
    input_tax_accounts: dict[int, int]
    #: The first day that a document may be dated.
    begin: date
    #: How many days after its day an exchange rate may be used.
    rate_age: int
    #: The last day of the years that are closed.
    closed: date | None

    def account(self, purpose: str) -> int:
        """The account that serves this purpose; raises MissingAccountError."""
        if purpose not in self.accounts:
            raise MissingAccountError(
                _(
                    "No account serves as %(purpose)s: open the chart of accounts and set that purpose on "
                    "one.",
                    purpose=purpose,
                )
            )
        return self.accounts[purpose]

    def input_tax_account(self, tax_id: int) -> int:
        """The account that a tax on bills is posted to; raises MissingAccountError."""
        return self.input_tax_accounts.get(tax_id) or self.account("input_tax")


#: One statement, since every posting begins with it.
_BOOKS = text("""
    SELECT c.currency_code, c.books_begin, c.rate_age,
           (SELECT max(until) FROM accounting_closing
             WHERE company_id = c.id AND state = 'closed') AS closed,
           (SELECT coalesce(json_object_agg(purpose, id), '{}') FROM accounting_account
             WHERE company_id = c.id AND purpose IS NOT NULL) AS accounts,
           (SELECT coalesce(json_object_agg(kind, id), '{}') FROM accounting_journal
             WHERE company_id = c.id) AS journals,
           (SELECT coalesce(json_agg(json_build_array(id, rate::text, account_id, input_account_id)), '[]')
              FROM accounting_tax WHERE company_id = c.id) AS taxes
      FROM company c WHERE c.id = :company
""")


def books_of(session: AnySession, company_id: int) -> Books:
    """The company's books; a company that has none yet gets the chart of `chart.toml`."""
    row = session.execute(_BOOKS, {"company": company_id}).one()
    if not row.accounts:
        _create(session, company_id)
        row = session.execute(_BOOKS, {"company": company_id}).one()
    return Books(
        company_id,
        row.currency_code,
        row.accounts,
        row.journals,
        {tax_id: Decimal(rate) for tax_id, rate, _output, _input in row.taxes},
        {tax_id: account for tax_id, _rate, account, _input in row.taxes},
        {tax_id: account for tax_id, _rate, _output, account in row.taxes if account is not None},
        row.books_begin,
        row.rate_age,
        row.closed,
    )


def _create(session: AnySession, company_id: int) -> None:
    advisory_lock(session, f"accounting.chart {company_id}")
    account = m.AccountingAccount
    if session.scalar(select(account.id).where(account.company_id == company_id).limit(1)):
        return  # another session was quicker
    content = tomllib.loads(CHART.read_text(encoding="utf-8"))
    session.add_all(m.AccountingAccount(company_id=company_id, **values) for values in content["account"])
    session.add_all(m.AccountingJournal(company_id=company_id, **values) for values in content["journal"])
    session.flush()
