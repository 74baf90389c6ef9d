"""From a real file to thirteen month-ends and a mailbox: every figure is recomputed by another path."""

import csv
import io
import subprocess
import sys
from collections import Counter
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from addons.accounting.periods import period_with
from addons.billing_statements.services import runs
from core import m
from core.db import db
from core.documents import read_identity
from core.exchange import importing
from tests.conftest import database_url, work
from tests.real.recompute import bookable, customer_months, read

HERE = Path(__file__).parent
SMALL = HERE / "small.csv"
UCI = HERE.parents[2] / "shared/data/wholesale/uci_online_retail.csv.gz"

#: Documents that are imported a second time.
DOCUMENTS_AGAIN = 2500
#: One customer in so many gets statements every half month; theirs of the first one are printed and sent.
HALF_MONTHLY = 8

#: The real file; where the shared data is not there, a small one of the same shape covers the ground.
FILES = [
    pytest.param(UCI, id="uci", marks=pytest.mark.slow) if UCI.exists() else pytest.param(SMALL, id="small")
]


@pytest.fixture(params=FILES)
def path(request):
    return request.param


def bring_in(app, target, filename, contents):
    """Import a file as a person would: upload, take the guessed mapping, run."""
    data_import = importing.upload(db.session, target, filename, contents)
    importing.start_import(db.session, data_import)
    db.session.commit()
    work(app)
    return importing.totals(db.session, data_import.id)


def address_book(customers):
    """A partner file with an address for each customer, in the shape that an office would send."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["CustomerID", "Name", "E-mail"])
    for customer in customers:
        writer.writerow([customer, f"Customer {customer}", f"accounts@c{customer}.example"])
    return text.getvalue().encode()


def test_a_real_file_becomes_statements(app, company, database, data_folder, path):
    rows = read(path)
    booked = bookable(rows)
    customers = sorted(set(booked["customer"]))
    half_monthly = set(customers[::HALF_MONTHLY])
    bring_in(app, "partner", "addresses.csv", address_book(customers))
    db.session.execute(
        update(m.Partner).where(m.Partner.code.in_(half_monthly)).values(statement_cycle="half_monthly")
    )
    totals = bring_in(app, "accounting.invoice", path.name, path.read_bytes())
    assert totals.rows == len(rows)
    assert totals.booked == len(booked)
    assert totals.booked + totals.bad == totals.rows
    check_reasons(rows, booked)

    months = sorted(rows["InvoiceDate"].str[:7].unique())
    early = booked[booked["customer"].isin(half_monthly) & (booked["day"] <= f"{months[0]}-15")]
    late = booked[~booked["customer"].isin(half_monthly)]
    halves = customer_months(early, months[:1])
    for month in months:
        assert start(company, "monthly", f"{month}-01", wait=True)
    to_send = start(company, "half_monthly", f"{months[0]}-01")
    assert stated() == {k: tuple(v) for k, v in (customer_months(late, months) | halves).items()}

    print_release_send(app, database, to_send)
    check_mailbox(data_folder, {customer for customer, _month in halves})
    check_second_import(app, rows)


def check_reasons(rows, booked):
    """Each row that was not booked says why."""
    row = m.DataImportRow
    bad = db.session.execute(select(row.column, row.reason).where(row.state == "bad")).all()
    kinds = Counter(
        "customer" if column == "CustomerID" else "repeated" if "repeats row" in reason else reason
        for column, reason in bad
        if "of this document is not right" not in reason
    )
    without = (rows["CustomerID"].str.strip() == "").sum()
    assert kinds == {
        "customer": without,
        "repeated": len(rows) - without - len(booked),
    }


def start(company, cycle, day, *, wait=False):
    """A run for the period of the day; `wait` keeps its statements from being printed."""
    run, ids = m.BillingRun.start(db.session, company.id, cycle, period_with(cycle, date.fromisoformat(day)))
    assert ids
    if wait:
        printing = (m.Job.kind == runs.RENDER) & (m.Job.record_id == run.id)
        db.session.execute(update(m.Job).where(printing).values(state="paused"))
    db.session.commit()
    return run


def stated():
    """(customer, month) → opening, debits, credits, closing in cents, as the statements say."""
    s = m.BillingStatement
    query = select(m.Partner.code, s.period_end, s.opening, s.debits, s.credits, s.closing).join(
        m.Partner, m.Partner.id == s.partner_id
    )
    return {
        (code, f"{end:%Y-%m}"): tuple(int(amount * 100) for amount in amounts)
        for code, end, *amounts in db.session.execute(query)
    }


def print_release_send(app, database, run):
    """Two workers print; then the run is released and sent."""
    bincard(database, ["work"], ["work"])
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    bincard(database, ["work"])
    db.session.expire_all()
    assert run.state == "sent"
    assert db.session.scalar(select(func.count()).where(m.JobItem.state == "failed")) == 0


def bincard(database, *commands):
    """Run the product's own commands side by side."""
    import os

    environment = {**os.environ, "DATABASE_URL": database_url(database), "BROKER_URL": "memory://"}
    running = [
        subprocess.Popen([sys.executable, "-m", "core.cli", *command], env=environment, cwd=HERE.parents[1])
        for command in commands
    ]
    assert [process.wait() for process in running] == [0] * len(running)


def check_mailbox(data_folder, customers):
    """One letter a customer, to the right address, with the PDF of that customer."""
    letters = [
        message_from_bytes(p.read_bytes(), policy=default) for p in (data_folder / "mailbox").rglob("*.eml")
    ]
    received = {}
    for letter in letters:
        [pdf] = [part.get_content() for part in letter.iter_attachments()]
        received[letter["To"]] = read_identity(pdf).partner
    assert len(letters) == len(received)
    assert received == {f"accounts@c{customer}.example": customer for customer in customers}


def check_second_import(app, rows):
    """Importing again books nothing, changes nothing, and reports the same rows."""
    documents = rows["InvoiceNo"].drop_duplicates().head(DOCUMENTS_AGAIN)
    part = rows[rows["InvoiceNo"].isin(documents)]
    again = bring_in(app, "accounting.invoice", "again.csv", part.to_csv(index=False).encode())
    expected = len(bookable(part))
    assert (again.booked, again.unchanged, again.bad) == (0, expected, len(part) - expected)
