"""When documents are due: the usual terms of the trade, by hand-checked days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.accounting.services.drafts import InvoiceDraft, Line
from addons.accounting.services.terms import Term, due_date, in_words, steps
from core import m
from core.db import db
from core.i18n import in_locale

NET_30 = Term(days=30)
END_30 = Term(from_month_end=True, days=30)
KINDS = ("invoice", "credit_note")
ON_15TH = Term(from_month_end=True, days=30, day=15)


@pytest.mark.parametrize(
    ("term", "on", "due"),
    [
        (Term(), "2026-01-10", "2026-01-10"),
        (NET_30, "2026-01-10", "2026-02-09"),
        (NET_30, "2024-02-01", "2024-03-02"),
        (END_30, "2026-01-10", "2026-03-02"),
        (END_30, "2026-01-31", "2026-03-02"),
        (END_30, "2026-02-01", "2026-03-30"),
        (Term(from_month_end=True, months=1), "2026-01-10", "2026-02-28"),
        (Term(from_month_end=True, months=1), "2024-01-31", "2024-02-29"),
        (Term(from_month_end=True, months=2), "2026-11-30", "2027-01-31"),
        (Term(months=1), "2026-01-31", "2026-02-28"),
        (ON_15TH, "2026-01-10", "2026-03-15"),
        (Term(day=31), "2026-02-10", "2026-02-28"),
        (Term(days=1, day=31), "2026-02-28", "2026-03-31"),
        (Term(day=15), "2026-01-15", "2026-01-15"),
        (Term(day=15), "2026-12-16", "2027-01-15"),
        # The example of another vendor's page, which its own rule does not bear out: this is what the
        # rule says.
        (Term(from_month_end=True, months=1, days=10), "2024-03-04", "2024-05-10"),
    ],
)
def test_the_day_on_which_a_document_is_due(app, term, on, due):
    assert due_date(term, date.fromisoformat(on)) == date.fromisoformat(due)


def test_the_computation_is_shown_in_words(app):
    assert in_words(ON_15TH, date(2026, 1, 10)) == (
        "date of the document Jan 10, 2026 → end of the month Jan 31, 2026 → + 30 days Mar 2, 2026 "
        "→ the next day 15 Mar 15, 2026"
    )
    with in_locale("zh_CN"):
        assert (
            in_words(END_30, date(2026, 1, 10))
            == "单据日期 2026年1月10日 → 月末 2026年1月31日 → + 30 天 2026年3月2日"
        )


@given(
    st.builds(
        Term, st.booleans(), st.integers(0, 24), st.integers(0, 366), st.sampled_from([0, 1, 15, 28, 30, 31])
    ),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_no_step_goes_back_and_a_later_document_is_not_due_earlier(term, on):
    days = [day for _done, day in steps(term, on)]
    assert days == sorted(days)
    assert due_date(term, on) <= due_date(term, on + timedelta(days=1))


def test_a_customers_terms_decide_on_every_way_in(app, company, customer):
    term = m.AccountingPaymentTerm(company_id=company.id, name="月结30天", from_month_end=True, days=30)
    db.session.add(term)
    db.session.flush()
    customer.payment_term_id = term.id
    db.session.commit()
    line = [Line("Part", Decimal(1), Decimal(5))]
    drafts = [InvoiceDraft(company.id, customer.id, date(2026, 1, 10), "USD", line, kind=k) for k in KINDS]
    given_one = InvoiceDraft(
        company.id, customer.id, date(2026, 1, 10), "USD", line, due_date=date(2026, 1, 11)
    )
    ids = m.AccountingInvoice.create(db.session, [*drafts, given_one])
    due = [db.session.get(m.AccountingInvoice, i).due_date for i in ids]
    assert due == [date(2026, 3, 2), date(2026, 1, 10), date(2026, 1, 11)]
