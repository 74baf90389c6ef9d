"""Bills of suppliers: posted to the cent, taken back, paid; numbers are refused twice."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.accounting.services.bills import BillError, Debit, DuplicateBillError
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import BillDraft, BillLineDraft, PaymentDraft, PaymentLine
from addons.accounting.services.invoices import item_of
from addons.accounting.services.rates import RateError
from addons.accounting.services.settlement import owed
from core import m
from core.db import db

ON = date(2026, 1, 10)
LATER = date(2026, 2, 1)


def ledger(document):
    """(purpose or code of the account, debit − credit) of a document's entry, as the rows say it."""
    rows = db.session.execute(
        text("""
            SELECT coalesce(a.purpose, a.code), sum(l.debit - l.credit) FROM accounting_entry_line l
              JOIN accounting_account a ON a.id = l.account_id
             WHERE l.entry_id = :entry GROUP BY 1
        """),
        {"entry": document.entry_id},
    )
    return dict(rows.all())


def test_a_bill_debits_purchases_and_input_tax_and_credits_the_payable(bill_of, vat):
    bill = bill_of(
        lines=[
            BillLineDraft(None, "Resistors", Decimal(7), Decimal("0.99"), vat.id, Decimal("2.5")),
            BillLineDraft(None, "Capacitors", Decimal(3), Decimal("0.335"), vat.id),
        ]
    )
    # 6.76 + 1.01 = 7.77; 13 % of it is 1.0101.
    assert (bill.net, bill.tax, bill.total) == (Decimal("7.77"), Decimal("1.01"), Decimal("8.78"))
    assert ledger(bill) == {
        "purchases": Decimal("7.77"),
        "input_tax": Decimal("1.01"),
        "payable": Decimal("-8.78"),
    }
    item = item_of(db.session, bill)
    assert (item.side, item.document, item.amount) == ("payable", "bill", Decimal("-8.78"))
    assert (bill.number, item.reference) == ("BILL/2026/00001", bill.reference)
