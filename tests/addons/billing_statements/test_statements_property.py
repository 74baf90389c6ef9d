"""Whatever is posted, in whatever order: no document is lost or doubled, and the months join up."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from addons.accounting.periods import period_with
from addons.accounting.services.chart import books_of
from addons.accounting.services.ledger import Amount, EntryDraft, Item, write_entries
from core import m
from core.db import db

DOCUMENT = st.tuples(
    st.integers(0, 2),  # customer
    st.integers(0, 119),  # day of the four months
    st.decimals("-500", "500", places=2).filter(bool),
)
MONTHS = [date(2026, month, 1) for month in (1, 2, 3, 4)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(DOCUMENT, max_size=6), min_size=4, max_size=4))
def test_statements_hold_every_document_once(app, company, batches):
    codes = [f"P{db.session.scalar(select(func.count()).select_from(m.Partner)) + n}" for n in range(3)]
    partners = [m.Partner(company_id=company.id, code=code, name=code) for code in codes]
    db.session.add_all(partners)
    db.session.flush()
    for month, batch in zip(MONTHS, batches, strict=True):
        _post(company, partners, batch)
        m.BillingRun.start(db.session, company.id, "monthly", period_with("monthly", month))
        db.session.commit()
    for partner in partners:
        _check(partner)


def _post(company, partners, batch):
    books = books_of(db.session, company.id)
    drafts = [
        EntryDraft(
            journal="sale",
            date=MONTHS[0] + timedelta(days=day),
            currency="USD",
            exchange_rate=Decimal(1),
            narration="x",
            counterpart=Amount(books.account("receivable"), amount, partners[who].id),
            amounts=[Amount(books.account("sales"), -amount)],
            item=Item("invoice" if amount > 0 else "credit_note", "x", "", MONTHS[0] + timedelta(days=day)),
        )
        for who, day, amount in batch
    ]
    write_entries(db.session, books, drafts)


def _check(partner):
    statements = db.session.scalars(
        select(m.BillingStatement)
        .where(m.BillingStatement.partner_id == partner.id)
        .order_by(m.BillingStatement.period_end)
    ).all()
    items = db.session.scalars(
        select(m.AccountingOpenItem).where(m.AccountingOpenItem.partner_id == partner.id)
    ).all()
    stated = sorted(line.open_item_id for statement in statements for line in statement.lines)
    last_day = period_with("monthly", MONTHS[-1]).end
    assert stated == sorted(item.id for item in items if item.date <= last_day)
    for before, after in zip(statements, statements[1:], strict=False):
        assert after.opening == before.closing
    if statements:
        assert statements[-1].closing == sum(
            (item.amount for item in items if item.date <= last_day), Decimal(0)
        )
