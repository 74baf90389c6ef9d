"""The chart of accounts of a company, made the first time that it is needed."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from core import m
from core.db import advisory_lock
from core.db.bulk import AnySession
from core.errors import UserError
from core.i18n import _

CHART = Path(__file__).parent.parent / "chart.toml"


class MissingAccountError(UserError):
    """No account of the company serves a purpose; says which, and what to do."""


@dataclass(frozen=True)
class Books:
    """The accounts and journals that the program itself posts to, by purpose and kind."""

    company_id: int
    currency: str
    accounts: dict[str, int]
    journals: dict[str, int]

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


def books_of(session: AnySession, company_id: int) -> Books:
    """The company's books; a company that has none yet gets the chart of `chart.toml`."""
    accounts = _accounts(session, company_id)
    if not accounts:
        _create(session, company_id)
        accounts = _accounts(session, company_id)
    journal = m.AccountingJournal
    journals = session.execute(select(journal.kind, journal.id).where(journal.company_id == company_id))
    currency = session.scalars(select(m.Company.currency_code).where(m.Company.id == company_id)).one()
    return Books(company_id, currency, accounts, {kind: journal_id for kind, journal_id in journals})


def _accounts(session: AnySession, company_id: int) -> dict[str, int]:
    account = m.AccountingAccount
    query = select(account.purpose, account.id).where(
        account.company_id == company_id, account.purpose.is_not(None)
    )
    return {purpose: account_id for purpose, account_id in session.execute(query)}


def _create(session: AnySession, company_id: int) -> None:
    advisory_lock(session, f"accounting.chart {company_id}")
    if _accounts(session, company_id):
        return  # another session was quicker
    content = tomllib.loads(CHART.read_text(encoding="utf-8"))
    session.add_all(m.AccountingAccount(company_id=company_id, **values) for values in content["account"])
    session.add_all(m.AccountingJournal(company_id=company_id, **values) for values in content["journal"])
    session.flush()
