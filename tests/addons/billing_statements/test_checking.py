"""A customer's list of invoices alone is compared document by document."""

from decimal import Decimal

from addons.billing_statements.services import comparing
from core.db import db


def test_a_list_of_invoices_alone_is_compared_by_document(customer_of, bill, run_month):
    acme = customer_of("C1")
    invoices = [bill(acme, amount, "2026-01-10") for amount in (100, 50, 30)]
    bill(acme, 20, "2026-01-12", kind="credit_note")
    _run, [statement] = run_month("2026-01", printed=False)
    first, second, _third = (invoice.number for invoice in invoices)
    spaced = first.replace("/", " ")
    listed = f"Invoice No;Date;Amount\n{spaced};2026-01-10;100.00\n{second};2026-01-10;55\nX-1;;7"
    kept = comparing.keep_list(db.session, statement, "acme.csv", listed.encode())
    found = comparing.compare(db.session, statement, kept)
    said = {
        (row.kind, row.ours[0].number if row.ours else row.theirs[0].document, row.difference)
        for row in found.rows
    }
    numbers = {line.amount: line.number for line in statement.lines}
    assert said == {
        ("matched", first, Decimal(0)),
        ("price", second, Decimal(5)),
        ("only_ours", numbers[30], Decimal(-30)),
        ("only_ours", numbers[-20], Decimal(20)),
        ("only_theirs", "X-1", Decimal(7)),
    }
