"""Two people do the same thing at the same moment: it happens once, and the second is told so."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.accounting.services.drafts import Line
from core import m
from core.db import db
from core.security.users import ensure_administrator
from tests.conftest import work
from tests.documents import create_invoice
from tests.logins import log_in

PEOPLE = 3


@pytest.fixture
def at_once(app: Flask, company: Any) -> Any:
    """`at_once(url)` posts it from several browsers at once: what each of them is told."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    user = db.session.scalars(select(m.User.fs_uniquifier)).one()
    clients = [app.test_client() for _ in range(PEOPLE)]
    tokens = []
    for client in clients:
        client.set_cookie("locale", "en")
        log_in(app, client, user)
        with app.app_context():
            tokens.append(re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)[1])

    def post(url: str) -> list[str]:
        together = Barrier(PEOPLE)

        def one(client: Any, token: str) -> str:
            together.wait(30)
            with app.app_context():
                answer = client.post(url, data={"csrf_token": token})
                assert answer.status_code == 303, answer.text
            with app.app_context():
                page = client.get(answer.location).text
            return html.unescape(" ".join(re.findall(r'class="toast-msg[^>]*><span>([^<]+)<', page)))

        db.session.rollback()
        with ThreadPoolExecutor(PEOPLE) as threads:
            return sorted(threads.map(one, clients, tokens))

    return post


def test_an_invoice_is_posted_once(at_once, customer_of, company):
    draft = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=customer_of("C1").id,
        date=date(2026, 1, 10),
        currency="USD",
        lines=[Line("Parts", Decimal(1), Decimal(5))],
    )
    db.session.commit()
    key = draft.id
    said = at_once(f"/m/accounting.invoice.form/{key}/do/post")
    number = db.session.scalar(select(m.AccountingInvoice.number).where(m.AccountingInvoice.id == key))
    refused = [text for text in said if text == f"“Post” is not possible now: {number} is posted."]
    assert len(refused) == PEOPLE - 1, said
    assert db.session.scalar(select(func.count(m.AccountingEntry.id))) == 1


def test_a_run_is_released_and_sent_once(at_once, customer_of, bill, run_month, app):
    bill(customer_of("C1"), 100, "2026-01-10")
    run, _statements = run_month("2026-01")
    key = run.id
    assert (
        len([text for text in at_once(f"/billing_statements/runs/{key}/release") if "are released" in text])
        == 1
    )
    said = at_once(f"/billing_statements/runs/{key}/send")
    assert len([text for text in said if text.startswith("This is under way already")]) == PEOPLE - 1, said
    jobs = select(func.count(m.Job.id)).where(m.Job.kind == "billing_statements.send")
    assert db.session.scalar(jobs) == 1
    work(app)
    assert db.session.scalar(select(func.count(m.MailMessage.id))) == 1
