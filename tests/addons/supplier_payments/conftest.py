"""Suppliers with accounts and bills, and people who prepare and approve."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import BillDraft, BillLineDraft
from core import m
from core.db import db
from core.security.actor import Actor, acting
from core.security.users import ensure_user

TODAY, NEXT = date(2026, 3, 10), date(2026, 3, 17)
#: Valid by their check digits, of banks that there are not.
IBANS = (
    "DE89370400440532013000",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
    "AT611904300234573201",
)


class Office:
    """A company that pays its suppliers."""

    def __init__(self, company: Any) -> None:
        self.company, self.company_id = company, company.id
        company.currency_code = "EUR"
        db.session.flush()
        books_of(db.session, company.id)
        self.count = 0

    def supplier(self, code: str, *, account: bool = True, **values: Any) -> Any:
        """A supplier, with an account that somebody else has confirmed."""
        given = {"is_supplier": True, "is_customer": False, "email": f"{code}@supplier.example", **values}
        made = m.Partner(company_id=self.company_id, code=code, name=f"Supplier {code}", **given)
        db.session.add(made)
        db.session.flush()
        if account:
            self.confirmed(self.account(made))
        return made

    def account(self, partner: Any = None, iban: str = "") -> Any:
        """A new account of a supplier, or ours."""
        key = partner.id if partner is not None else None
        holder = partner.name if partner is not None else "Own Company Ltd"
        made = m.PaymentBankAccount(
            company_id=self.company_id, partner_id=key, holder=holder, iban=iban or IBANS[self.count % 4]
        )
        self.count += 1
        db.session.add(made)
        db.session.flush()
        return made

    def confirmed(self, account: Any) -> Any:
        """One that somebody else says is right."""
        with self.as_second():
            m.PaymentBankAccount.confirm(db.session, [account])
        db.session.refresh(account)
        return account

    def bill(self, partner: Any, amount: Any, due: date, on: date = date(2026, 3, 1), **values: Any) -> Any:
        """A bill of one line, posted."""
        self.count += 1
        lines = [BillLineDraft(None, "Goods", Decimal(1), Decimal(amount), values.pop("tax_id", None))]
        currency = values.pop("currency", "EUR")
        draft = BillDraft(
            self.company_id, partner.id, on, currency, f"R-{self.count}", lines, due_date=due, **values
        )
        (key,) = m.AccountingBill.create(db.session, [draft])
        m.AccountingBill.post(db.session, [key])
        return db.session.get(m.AccountingBill, key)

    def run(self, **values: Any) -> Any:
        """A run of today, proposed."""
        values = {"date": TODAY, "next_date": NEXT, "currency_code": "EUR", **values}
        run = m.PaymentRun(company_id=self.company_id, **values)
        m.PaymentRun.create(db.session, [run])
        db.session.expire_all()
        return run

    def approved(self, **values: Any) -> Any:
        """One that a second person agreed to."""
        run = self.run(**values)
        with self.as_second():
            m.PaymentRun.approve(db.session, [run])
        return run

    def term(self, percent: Any, days: int) -> Any:
        """Thirty days, and a discount for early payment."""
        made = m.AccountingPaymentTerm(
            company_id=self.company_id,
            name=f"{percent} % {days}",
            days=30,
            discount=percent,
            discount_days=days,
        )
        db.session.add(made)
        db.session.flush()
        return made

    def balance(self, purpose: str) -> Decimal:
        """What stands on an account."""
        query = text("""
            SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
              JOIN accounting_account a ON a.id = l.account_id
             WHERE a.purpose = :purpose AND a.company_id = :company
        """)
        return Decimal(db.session.scalar(query, {"purpose": purpose, "company": self.company_id}))

    def _acting(self, email: str) -> Any:
        ensure_user(
            db.session,
            email,
            "a long enough password",
            self.company,
            name=email,
            roles=("core.administrator",),
        )
        user = db.session.scalars(select(m.User).where(m.User.email == email)).one()
        return acting(db.session, Actor(user.id, email, self.company_id, is_superuser=True))

    @contextmanager
    def as_first(self) -> Iterator[None]:
        """Who prepares."""
        with self._acting("first@example.com"):
            yield

    @contextmanager
    def as_second(self) -> Iterator[None]:
        """Who approves."""
        with self._acting("second@example.com"):
            yield


@pytest.fixture
def office(company):
    made = Office(company)
    with made.as_first():
        yield made
