"""The worker's entry: `celery -A core.celery_app worker` and `… beat`.

Three tasks carry no data but a job's number; what they do is read from rows.
"""

from datetime import UTC, datetime

from sqlalchemy import select

from core import m
from core.db import db
from core.host import get_host
from core.jobs.ring import RUN_JOB, SEND_MAIL, SWEEP, celery_app, ring
from core.jobs.schedule import start_due
from core.jobs.worker import run_job
from core.mail import sender

app = celery_app()


@app.task(name=RUN_JOB)
def run(job_id: int) -> None:
    """Work on one job for a turn; what is left goes to the end of the line."""
    if run_job(job_id, get_host().lease):
        ring(RUN_JOB, job_id)


@app.task(name=SEND_MAIL)
def send_mail() -> None:
    """Hand over the messages that are due."""
    with get_host().lease() as flask_app, flask_app.app_context():
        sender.recover()
        if sender.send_due().total:
            ring(SEND_MAIL)


@app.task(name=SWEEP)
def sweep() -> None:
    """Start what the clock asks for, and ring for all that is still open."""
    with get_host().lease() as flask_app, flask_app.app_context():
        start_due(db.session, datetime.now(UTC))
        db.session.commit()
        open_jobs = db.session.scalars(select(m.Job.id).where(m.Job.state.in_(("queued", "running")))).all()
    for job_id in open_jobs:
        ring(RUN_JOB, job_id)
    ring(SEND_MAIL)
