"""Index and archive of a run, sending a few first, and a second person who releases."""

import hashlib
import io
import zipfile

import pytest
from sqlalchemy import func, select

from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import outputs, runs
from core import m
from core.db import db
from core.documents import read_identity
from core.security.actor import Actor, acting
from core.security.users import ensure_user
from core.tabular.readers import open_table
from core.tabular.writers import write_xlsx
from tests.conftest import work


def test_the_index_says_whose_each_file_of_the_archive_is(customer_of, bill, run_month):
    for code in ("C1", "C2"):
        bill(customer_of(code, name=f"深圳 {code}/Co"), 100, "2026-01-10")
    run, _statements = run_month("2026-01")
    file = io.BytesIO()
    write_xlsx(*outputs.index(db.session, run.id), file)
    table = open_table(file.getvalue())
    found = [dict(zip(table.header, cells, strict=True)) for _n, cells in table.rows()]
    packed = zipfile.ZipFile(io.BytesIO(b"".join(outputs.archive(db.session, run.id))))
    assert packed.testzip() is None
    assert [one["Code"] for one in found] == ["C1", "C2"] and [float(one["Balance"]) for one in found] == [
        100,
        100,
    ]
    for one in found:
        contents = packed.read(one["File"])
        assert hashlib.sha256(contents).hexdigest() == one["SHA-256"]
        identity = read_identity(contents)
        assert (identity.partner, identity.number) == (one["Code"], one["Number"])


def test_a_replaced_statement_is_in_the_index_and_not_in_the_archive(app, customer_of, bill, run_month):
    bill(customer_of("C1"), 100, "2026-01-10")
    run, [statement] = run_month("2026-01")
    m.BillingStatement.redo(db.session, [statement])
    db.session.commit()
    work(app)
    _head, rows = outputs.index(db.session, run.id)
    assert [(row[1], row[8]) for row in rows] == [(1, "Superseded"), (2, "Printed")]
    packed = zipfile.ZipFile(io.BytesIO(b"".join(outputs.archive(db.session, run.id))))
    assert [name.endswith(" v2.pdf") for name in packed.namelist()] == [True]


def test_a_few_are_sent_first_and_the_rest_later_each_once(app, customer_of, bill, run_month):
    for n in range(5):
        bill(customer_of(f"C{n}"), 100, "2026-01-10")
    run, _statements = run_month("2026-01")
    m.BillingRun.release(db.session, [run])
    mails = []
    for most in (2, None):
        m.BillingRun.send(db.session, [run], most)
        db.session.commit()
        work(app)
        mails.append(db.session.scalar(select(func.count(m.MailMessage.id))))
    db.session.refresh(run)
    assert (mails, run.state) == ([2, 5], "sent")


def test_whoever_started_a_run_does_not_release_it_where_two_are_wanted(
    app, company, customer_of, bill, run_month
):
    company.second_release = True
    bill(customer_of("C1"), 100, "2026-01-10")
    for name in ("ann", "bob"):
        ensure_user(db.session, f"{name}@example.com", "a long enough password", company, name=name, roles=())
    db.session.commit()
    users = db.session.scalars(select(m.User).where(m.User.name.in_(("ann", "bob"))).order_by(m.User.name))
    actors = [Actor(user.id, user.name, company.id, is_superuser=True) for user in users]
    with acting(db.session, actors[0]):
        run, _statements = run_month("2026-01")
        with pytest.raises(StatementError, match="somebody else"):
            m.BillingRun.release(db.session, [run])
        assert runs.waits_for_second(db.session, run)
    with acting(db.session, actors[1]):
        assert not runs.waits_for_second(db.session, run)
        assert m.BillingRun.release(db.session, [run]) == 1


def test_a_rep_gets_the_files_of_own_customers_alone(company, customer_of, bill, run_month):
    ensure_user(db.session, "rita@example.com", "a long enough password", company, name="Rita", roles=())
    rita = db.session.scalars(select(m.User).where(m.User.name == "Rita")).one()
    bill(customer_of("OWN", salesperson_id=rita.id), 100, "2026-01-10")
    bill(customer_of("OTHER"), 100, "2026-01-10")
    run, _statements = run_month("2026-01")
    may = frozenset({"billing_statements.read", "partners.read", "core.read"})
    with acting(db.session, Actor(rita.id, "Rita", company.id, permissions=may)):
        _head, rows = outputs.index(db.session, run.id)
        packed = zipfile.ZipFile(io.BytesIO(b"".join(outputs.archive(db.session, run.id))))
    assert [row[2] for row in rows] == ["OWN"]
    assert [name.split()[0] for name in packed.namelist()] == ["OWN"]
