"""1,000 customers with 50,000 documents: create, print, release, send to a mail server on loopback."""

from contextlib import nullcontext
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from addons.accounting.periods import period_with
from core import m
from core.db import db
from core.jobs.worker import run_job
from core.mail import send_due
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.mail import mail_sink
from tests.bench.measure import Result, measured

CUSTOMERS, DOCUMENTS = 1000, 50


def bench() -> list[Result]:
    """In one process; a machine with more workers shares the printing among them."""
    with mail_sink() as (pid, port):
        server: dict[str, Any] = {"mail_transport": "smtp", "smtp_host": "127.0.0.1", "smtp_port": port}
        with bench_app(["billing_statements"], **server) as app:
            partners = work.customers(CUSTOMERS)
            work.book(work.documents(partners, DOCUMENTS, 1, date(2026, 1, 1), 59))
            with measured("month-end", "customer", engine=db.engine, uncounted=frozenset({pid})) as result:
                sent = _month_end(app)
            result.units = CUSTOMERS
            result.work = {"statements": CUSTOMERS, "documents": CUSTOMERS * DOCUMENTS, "mails": sent}
            return [result]


def _month_end(app: Flask) -> int:
    run, _ids = m.BillingRun.start(
        db.session, work.company_id(), "monthly", period_with("monthly", date(2026, 2, 1))
    )
    db.session.commit()
    _work(app)
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    _work(app)
    sent = 0
    while count := send_due(500).sent:
        sent += count
    return sent


def _work(app: Flask) -> None:
    jobs = select(m.Job.id).where(m.Job.state.in_(("queued", "running")))
    for job_id in db.session.scalars(jobs).all():
        db.session.rollback()
        while run_job(job_id, lambda: nullcontext(app)):
            pass
    db.session.expire_all()
