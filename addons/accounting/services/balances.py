"""What the ledger says: the trial balance, and partners' balances."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import case, func, select

from core import m
from core.db import AnySession


@dataclass(frozen=True)
class AccountBalance:
    """An account over a period, in the company's currency; debit positive."""

    code: str
    name: str
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        """The balance at the end of the period."""
        return self.opening + self.debit - self.credit


def trial_balance(session: AnySession, company_id: int, start: date, end: date) -> Sequence[AccountBalance]:
    """Every account with a movement up to `end`: opening before `start`, movements, closing."""
    account, entry, line = m.AccountingAccount, m.AccountingEntry, m.AccountingEntryLine
    before, zero = entry.date < start, Decimal(0)
    query = (
        select(
            account.code,
            account.name,
            func.sum(case((before, line.debit - line.credit), else_=zero)),
            func.sum(case((before, zero), else_=line.debit)),
            func.sum(case((before, zero), else_=line.credit)),
        )
        .join(line, line.account_id == account.id)
        .join(entry, entry.id == line.entry_id)
        .where(account.company_id == company_id, entry.state == "posted", entry.date <= end)
        .group_by(account.id)
        .order_by(account.code)
    )
    return [AccountBalance(*row) for row in session.execute(query)]
