"""A partner that is customer and supplier has two balances, and a customer's papers show only the first."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from addons.accounting import dashboards
from addons.accounting.document_forms import facts_of_partner
from addons.accounting.services.allocation import AllocationError, Pair, oldest_first
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import NettingDraft, WriteOffDraft
from addons.accounting.services.invoices import item_of
from addons.accounting.services.ledger import Amount, EntryDraft, Item, write_entries
from addons.accounting.services.settlement import open_items, owed
from addons.billing_statements.reports import rows
from core import m
from core.db import db
from tests.documents import settle

ON = date(2026, 1, 12)


@pytest.fixture
def customer(customer_of: Callable[..., Any]) -> Any:
    return customer_of("BOTH", statement_cycle="monthly", is_supplier=True)


@pytest.fixture
def payable_of(company: Any) -> Callable[..., Any]:
    """What the ledger has of a bill (negative amount) or of money paid to a supplier."""

    def make(partner: Any, amount: Any, rate: str = "1", currency: str = "USD") -> Any:
        books, whole = books_of(db.session, company.id), Decimal(amount)
        number = f"BILL {amount} {rate}"
        draft = EntryDraft(
            journal="purchase",
            date=ON,
            currency=currency,
            exchange_rate=Decimal(rate),
            narration=number,
            counterpart=Amount(books.account("payable"), whole, partner.id, number),
            amounts=[Amount(books.account("goods_received"), -whole)],
            item=Item("invoice" if whole < 0 else "payment", number, "", ON, "payable"),
        )
        write_entries(db.session, books, [draft])
        db.session.commit()
        return db.session.get(m.AccountingOpenItem, draft.item_id)

    return make


def test_no_payable_shows_on_the_side_of_the_customer(
    customer: Any, bill: Callable[..., Any], run_month: Callable[..., Any], payable_of: Any
) -> None:
    bill(customer, 100, "2026-01-10")
    owing = payable_of(customer, -70)
    assert [row[1] for row in owed(db.session, customer.id, ON)] == [100]
    assert [row[1] for row in owed(db.session, customer.id, ON, "payable")] == [-70]
    typed = {"partner_id": customer.id, "currency_code": "USD"}
    assert owing not in open_items(db.session, {**typed, "direction": "in"})
    assert owing not in open_items(db.session, {**typed, "direction": "out"})
    assert dashboards.receivables(db.session, ON).amounts == [(Decimal(100), "USD")]
    assert sum(sum(series.values) for series in dashboards.ageing(db.session, ON).series) == 100
    facts = {str(fact.label): fact.amount for fact in facts_of_partner(db.session, customer)}
    assert (facts["Balance"], facts["We owe"]) == (100, 70)
    _run, [statement] = run_month("2026-01", printed=False)
    assert (statement.closing, statement.due_30, statement.unapplied) == (100, 100, 0)
    assert [line.amount for line in statement.lines] == [100]


def test_the_sides_settle_each_other_in_no_way(
    customer: Any, bill: Callable[..., Any], payable_of: Any
) -> None:
    bill(customer, 100, "2026-01-10")
    owing = payable_of(customer, -70)
    debit = db.session.scalars(select(m.AccountingOpenItem).where(m.AccountingOpenItem.amount > 0)).one()
    with pytest.raises(AllocationError, match="only by netting"):
        settle(db.session, [Pair(debit.id, owing.id, Decimal(5))], ON)
    assert oldest_first(db.session, [owing]) == []
    db.session.rollback()
    row = {"debit": debit.id, "credit": owing.id, "company": owing.company_id, "partner": customer.id}
    with pytest.raises(DBAPIError, match="fk_allocation_credit"):
        db.session.execute(
            text("""INSERT INTO accounting_allocation
                           (debit_id, credit_id, company_id, partner_id, currency_code, amount, date)
                    VALUES (:debit, :credit, :company, :partner, 'USD', 5, '2026-01-12')"""),
            row,
        )
    db.session.rollback()
    with pytest.raises(DBAPIError, match="only through allocations"):
        db.session.execute(text("UPDATE accounting_open_item SET side = 'payable' WHERE side = 'receivable'"))
    db.session.rollback()


def test_an_exchange_difference_goes_to_the_account_of_its_side(customer: Any, payable_of: Any) -> None:
    owing, paid = payable_of(customer, -100, "1.10", "EUR"), payable_of(customer, 100, "1.15", "EUR")
    settle(db.session, [Pair(paid.id, owing.id, Decimal(100))], ON)
    db.session.commit()
    books = books_of(db.session, owing.company_id)
    balances = dict(
        db.session.execute(
            text("SELECT account_id, sum(debit - credit) FROM accounting_entry_line GROUP BY account_id")
        ).all()
    )
    assert balances[books.account("payable")] == 0
    assert balances[books.account("exchange_difference")] == 5
    assert books.account("receivable") not in balances


def test_a_netting_and_a_write_off_are_movements_of_their_own_kind(
    company: Any, customer: Any, bill: Callable[..., Any], run_month: Callable[..., Any], payable_of: Any
) -> None:
    invoice = bill(customer, 100, "2026-01-10")
    payable_of(customer, -70)
    netting = NettingDraft(company.id, customer.id, ON, "USD", Decimal(70))
    m.AccountingNetting.post(db.session, m.AccountingNetting.create(db.session, [netting]))
    item = item_of(db.session, invoice)
    given_up = WriteOffDraft(company.id, item.id, date(2026, 1, 31), "Gone", kind="bad_debt")
    m.AccountingWriteOff.post(db.session, m.AccountingWriteOff.create(db.session, [given_up]))
    db.session.commit()
    _run, [statement] = run_month("2026-01", printed=False)
    assert statement.closing == 0
    printed = [(str(row.kind), row.line.amount, row.balance) for row in rows(statement)]
    assert printed == [("Invoice", 100, 100), ("Netting", -70, 30), ("Write-off", -30, 0)]
