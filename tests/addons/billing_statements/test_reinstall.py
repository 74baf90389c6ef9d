"""The addon goes with its sent letters and comes back: nothing of what was is taken for what is."""

from datetime import date

from sqlalchemy import select

from addons.accounting.periods import period_with
from core import m
from core.db import db
from tests.conftest import lifecycle_on, work


def sent(app, company_id, month):
    """Run a month to its mails; the statement that it made."""
    run, [statement_id] = m.BillingRun.start(db.session, company_id, "monthly", period_with("monthly", month))
    db.session.commit()
    work(app)
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    work(app)
    return db.session.get(m.BillingStatement, statement_id)


def test_a_new_statement_has_no_letters_of_an_old_one(app, database, data_folder, company, customer_of, bill):
    bill(customer_of("C1"), 100, "2026-01-10")
    company_id = company.id
    old = sent(app, company_id, date(2026, 1, 1))
    before = (old.id, old.number, old.mail_id)
    db.session.close()
    gone = lifecycle_on(database).uninstall("billing_statements", data_folder / "exports")
    lifecycle_on(database).install(list(gone.addons))
    new = sent(app, company_id, date(2026, 1, 1))
    assert (new.id, new.number) == (before[0] + 1, "ST/2026/00002")
    letters = select(m.MailMessage.id).where(
        m.MailMessage.model == "billing.statement", m.MailMessage.record_id == new.id
    )
    assert db.session.scalars(letters).all() == [new.mail_id]
    assert new.mail_id > before[2]
    files = select(m.Attachment.id).where(
        m.Attachment.model == "billing.statement", m.Attachment.record_id == new.id
    )
    assert db.session.scalars(files).all() == [new.attachment_id]
