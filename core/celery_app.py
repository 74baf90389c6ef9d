"""The worker's entry: `celery -A core.celery_app worker` and `… beat`.

Four tasks carry no data but a job's number; what they do is read from rows.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from celery.signals import beat_init, setup_logging, worker_init
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core import m
from core.db import db
from core.db.outage import is_away
from core.host import get_host
from core.jobs.ring import RUN_JOB, SEND_MAIL, SEND_WEBHOOKS, SWEEP, celery_app, ring
from core.jobs.schedule import start_due
from core.jobs.worker import run_job
from core.mail import sender
from core.security.seal import seal_events
from core.settings import get_settings
from core.telemetry import logs
from core.webhooks import sender as webhooks

app = celery_app()


@setup_logging.connect
def _configure_logs(**_: object) -> None:
    """In place of Celery's own lines."""
    logs.configure(get_settings())


@worker_init.connect
@beat_init.connect
def _announce(**_: object) -> None:
    """Before any connection is made; processes that a worker forks inherit it."""
    get_host().announce()


log = logging.getLogger(__name__)
#: Few, since an install waits for a turn to end.
MAILS_A_TURN = 20
WEBHOOKS_A_TURN = 5


@contextmanager
def _patient() -> Iterator[None]:
    """Without a database there is nothing to do, and nothing to mend here: a later sweep rings again."""
    try:
        yield
    except SQLAlchemyError as error:
        if not is_away(error):
            raise
        log.warning("the database does not answer; a later sweep goes on: %s", error)


@app.task(name=RUN_JOB)
def run(job_id: int) -> None:
    """Work on one job for a turn; what is left goes to the end of the line."""
    with _patient():
        if run_job(job_id, get_host().lease):
            ring(RUN_JOB, job_id)


@app.task(name=SEND_MAIL)
def send_mail() -> None:
    """Hand over the messages that are due."""
    with _patient(), get_host().lease() as flask_app, flask_app.app_context():
        sender.recover()
        if sender.send_due(limit=MAILS_A_TURN).total:
            ring(SEND_MAIL)


@app.task(name=SEND_WEBHOOKS)
def send_webhooks() -> None:
    """Deliver the events that are due."""
    with _patient(), get_host().lease() as flask_app, flask_app.app_context():
        if webhooks.send_due(limit=WEBHOOKS_A_TURN).total:
            ring(SEND_WEBHOOKS)


@app.task(name=SWEEP)
def sweep() -> None:
    """Start what the clock asks for, seal the audit, and ring for all that is still open."""
    with _patient():
        for job_id in _start_due_and_list_open():
            ring(RUN_JOB, job_id)
        ring(SEND_MAIL)
        ring(SEND_WEBHOOKS)


def _start_due_and_list_open() -> list[int]:
    with get_host().lease() as flask_app, flask_app.app_context():
        start_due(db.session, datetime.now(UTC))
        db.session.commit()
        while seal_events(db.session):
            db.session.commit()
        is_open = m.Job.state.in_(("queued", "running"))
        return list(db.session.scalars(select(m.Job.id).where(is_open)))
