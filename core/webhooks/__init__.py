"""Webhooks: events are rows in the transaction that causes them, signed, and delivered afterwards."""

from flask import Flask
from sqlalchemy import event

from core.loader.discovery import AddonSource
from core.webhooks import events, jobs


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Listen to what the audit listens to."""
    session = app.extensions["sqlalchemy"].session
    event.listen(session, "before_flush", events.note_changes)
    event.listen(session, "after_flush", events.write_changes)
    event.listen(session, "after_commit", events.forget_listeners)
    event.listen(session, "after_rollback", events.forget_listeners)
    app.extensions["act_listeners"] = {events.LISTENED: events.tell_act}
    app.extensions["job_kinds"].update(jobs.jobs.kinds)
