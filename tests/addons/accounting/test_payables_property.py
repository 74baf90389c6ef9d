"""Whatever is billed, paid, netted and taken back: on every day each account is what is open on its side."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from addons.accounting.services import ageing
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import (
    BillDraft,
    BillLineDraft,
    InvoiceDraft,
    Line,
    NettingDraft,
    PaymentDraft,
)
from addons.accounting.services.netting import NettingError
from core import m
from core.db import db

FIRST = date(2026, 1, 1)
DAYS = 40
CENTS = st.decimals(min_value="0.01", max_value="9999.99", places=2)
RATE = st.sampled_from([Decimal("1.1"), Decimal("1.23457"), Decimal("0.999999")])
KINDS = ("invoice", "bill", "bill", "credit_note", "payment", "payment", "refund", "netting")
ACTS = st.tuples(st.sampled_from(KINDS), CENTS, RATE, st.integers(0, DAYS - 1), st.booleans())

#: Recomputed from the entries and allocations alone, not by the services under test.
BALANCE = """
    SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
      JOIN accounting_account a ON a.id = l.account_id AND a.purpose = :side
      JOIN accounting_entry e ON e.id = l.entry_id
     WHERE e.date <= :day AND l.partner_id = :partner
"""
OPEN = """
    SELECT coalesce(sum(i.amount - coalesce((
               SELECT sum(CASE WHEN a.debit_id = i.id THEN a.amount ELSE -a.amount END)
                 FROM accounting_allocation a
                WHERE i.id IN (a.debit_id, a.credit_id) AND a.date <= :day), 0)), 0)
      FROM accounting_open_item i
     WHERE i.side = :side AND i.partner_id = :partner AND i.date <= :day
"""


def act(company, partner, number, kind, amount, rate, day, take_back):
    """Do one act, and take it back ten days later where that is said."""
    on = FIRST + timedelta(days=day)
    common = {"company_id": company.id, "partner_id": partner.id, "date": on, "currency_code": "EUR"}
    common["exchange_rate"] = rate
    if kind == "invoice":
        model, draft = m.AccountingInvoice, InvoiceDraft(**common, lines=[Line("x", Decimal(1), amount)])
    elif kind in ("bill", "credit_note"):
        line = BillLineDraft(None, "x", Decimal(1), amount)
        model, draft = m.AccountingBill, BillDraft(**common, kind=kind, reference=number, lines=[line])
    elif kind == "netting":
        model, draft = m.AccountingNetting, NettingDraft(**common)
    else:
        direction = "out" if kind == "payment" else "in"
        draft = PaymentDraft(**common, amount=amount, side="payable", direction=direction)
        model = m.AccountingPayment
    try:
        ids = model.create(db.session, [draft])
    except NettingError:
        return  # nothing is open on one of the sides
    model.post(db.session, ids)
    if take_back and kind != "credit_note":
        model.reverse(db.session, ids, on + timedelta(days=10))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=1, max_size=8))
def test_the_accounts_are_what_is_open_on_every_day(app, company, customer, acts):
    partner = m.Partner(
        company_id=company.id, code=f"B{db.session.execute(text('SELECT count(*) FROM partner')).scalar()}",
        name="Both", is_supplier=True,
    )  # fmt: skip
    db.session.add(partner)
    db.session.flush()
    for number, values in enumerate(acts):
        act(company, partner, f"{partner.code}-{number}", *values)
    db.session.commit()
    books_of(db.session, company.id)
    for day in (FIRST + timedelta(days=days) for days in range(-1, DAYS + 11, 3)):
        for side in ("receivable", "payable"):
            sign = -1 if side == "payable" else 1
            asked = {"side": side, "day": day, "partner": partner.id}
            rows = [
                row for row in ageing.aged(db.session, company.id, side, day) if row.partner_id == partner.id
            ]
            assert sign * sum(row.value for row in rows) == db.session.scalar(text(BALANCE), asked)
            assert sign * sum(row.total for row in rows) == db.session.scalar(text(OPEN), asked)
