"""Work that outlives a request: rows are the truth, Celery rings the bell."""

from flask import Flask
from sqlalchemy import event

from core.jobs.kinds import collect
from core.jobs.names import STATES
from core.jobs.ring import forget_rolled_back, ring_committed
from core.loader.discovery import AddonSource


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Give the app its kinds of jobs, and let a committed job ring the workers."""
    app.extensions["job_kinds"] = collect(sources)
    app.jinja_env.globals["job_states"] = STATES
    session = app.extensions["sqlalchemy"].session
    event.listen(session, "after_commit", ring_committed)
    event.listen(session, "after_rollback", forget_rolled_back)
