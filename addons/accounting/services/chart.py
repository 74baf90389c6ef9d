"""The chart of accounts of a company, made the first time that it is needed."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select, text

from addons.accounting.amounts import TaxRule
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
    #: By the id of the tax: how it is computed, and the account that it is posted to, where it is no group.
    tax_rules: dict[int, TaxRule]
    tax_accounts: dict[int, int]
    #: The account of the same tax on bills, where it has one of its own.
    input_tax_accounts: dict[int, int]
    #: The first day that a document may be dated.
    begin: date
    #: How many days after its day an exchange rate may be used.
    rate_age: int
    #: The last day of the years that are closed.
    closed: date | None
    #: Whether a discount for paying early lowers the tax.
    early_tax: bool = True

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

    @property
    def all_tax_accounts(self) -> list[int]:
        """Every account that taxes are posted to, on either side."""
        usual = (self.accounts.get(purpose) for purpose in ("tax", "input_tax"))
        found = {*self.tax_accounts.values(), *self.input_tax_accounts.values(), *usual}
        return sorted(account for account in found if account is not None)

    def input_tax_account(self, tax_id: int) -> int:
        """The account that a tax on bills is posted to; raises MissingAccountError."""
        return self.input_tax_accounts.get(tax_id) or self.account("input_tax")


#: What a group consists of, with the rates.
_PARTS = """CASE WHEN t.grouped THEN (
    SELECT json_agg(json_build_array(p.id, p.rate::text) ORDER BY g.position)
      FROM accounting_tax_part g JOIN accounting_tax p ON p.id = g.part_id
     WHERE g.group_id = t.id) END"""
#: One statement, since every posting begins with it.
_BOOKS = text(f"""
    SELECT c.currency_code, c.books_begin, c.rate_age, c.early_tax,
           (SELECT max(until) FROM accounting_closing
             WHERE company_id = c.id AND state = 'closed') AS closed,
           (SELECT coalesce(json_object_agg(purpose, id), '{{}}') FROM accounting_account
             WHERE company_id = c.id AND purpose IS NOT NULL) AS accounts,
           (SELECT coalesce(json_object_agg(kind, id), '{{}}') FROM accounting_journal
             WHERE company_id = c.id) AS journals,
           (SELECT coalesce(json_agg(json_build_array(t.id, t.rate::text, t.included, {_PARTS},
                                                      t.account_id, t.input_account_id)), '[]')
              FROM accounting_tax t WHERE company_id = c.id) AS taxes
      FROM company c WHERE c.id = :company
""")  # noqa: S608  # a piece of SQL of our own
_RULES = text(f"""
    SELECT t.id, t.rate::text, t.included, {_PARTS} FROM accounting_tax t WHERE t.id = ANY(:ids)
""")  # noqa: S608  # a piece of SQL of our own


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
        {tax[0]: _rule(*tax[:4]) for tax in row.taxes},
        {tax[0]: tax[4] for tax in row.taxes},
        {tax[0]: tax[5] for tax in row.taxes if tax[5] is not None},
        row.books_begin,
        row.rate_age,
        row.closed,
        row.early_tax,
    )


def rules_of(session: AnySession, tax_ids: Iterable[int]) -> dict[int, TaxRule]:
    """How these taxes are computed; those that there are not are left out."""
    ids = sorted(set(tax_ids))
    return {row[0]: _rule(*row) for row in session.execute(_RULES, {"ids": ids})} if ids else {}


def _rule(tax_id: int, rate: str, included: bool, parts: Sequence[tuple[int, str]] | None) -> TaxRule:
    own = Decimal(rate)
    consists = tuple((part, Decimal(of)) for part, of in parts) if parts else ((tax_id, own),)
    return TaxRule(own, consists, included)


def _create(session: AnySession, company_id: int) -> None:
    advisory_lock(session, f"accounting.chart {company_id}")
    account = m.AccountingAccount
    if session.scalar(select(account.id).where(account.company_id == company_id).limit(1)):
        return  # another session was quicker
    content = tomllib.loads(CHART.read_text(encoding="utf-8"))
    session.add_all(m.AccountingAccount(company_id=company_id, **values) for values in content["account"])
    session.add_all(m.AccountingJournal(company_id=company_id, **values) for values in content["journal"])
    session.flush()
