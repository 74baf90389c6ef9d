"""`bincard work`: do the open jobs, send mail and webhooks that are due, here and now, without a broker."""

import click
from sqlalchemy import select

from core import m
from core.cli.base import as_json, current_app, show
from core.db import db
from core.host import get_host
from core.jobs.worker import run_job
from core.mail import sender
from core.webhooks import sender as webhooks


@click.command()
@as_json
def work(json_output: bool) -> None:
    """Work until no job is open and no message is due."""
    done: list[int] = []
    while job_ids := [job_id for job_id in _open_jobs() if job_id not in done]:
        for job_id in job_ids:
            while run_job(job_id, get_host().lease):
                pass
            done.append(job_id)
    sent = _send()
    told = _deliver()
    lines = [f"{len(done)} jobs, {sent} mails, {told} webhooks"]
    show({"jobs": done, "mails": sent, "webhooks": told}, lines, json_output)


def _open_jobs() -> list[int]:
    with current_app():
        query = select(m.Job.id).where(m.Job.state.in_(("queued", "running"))).order_by(m.Job.id)
        return list(db.session.scalars(query))


def _send() -> int:
    total = 0
    with current_app():
        sender.recover()
        while count := sender.send_due().sent:
            total += count
    return total


def _deliver() -> int:
    total = 0
    with current_app():
        while count := webhooks.send_due().delivered:
            total += count
    return total
