"""The mail outbox: messages are written in the transaction that causes them, and sent afterwards."""

from flask import Flask

from core.loader.discovery import AddonSource
from core.mail import jobs
from core.mail.addresses import MailAddressError, parse_addresses
from core.mail.names import STATES
from core.mail.outbox import Draft, MailStateError, cancel, decide_unsure, queue, queue_all, retry
from core.mail.routes import bp
from core.mail.sender import Counts, recover, send_due
from core.mail.templates import MailTemplateError, Templates, check_template, render_template

__all__ = [
    "Counts",
    "Draft",
    "MailAddressError",
    "MailStateError",
    "MailTemplateError",
    "Templates",
    "cancel",
    "check_template",
    "decide_unsure",
    "parse_addresses",
    "queue",
    "queue_all",
    "recover",
    "render_template",
    "retry",
    "send_due",
]


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Serve the outbox, and the mailbox of machines from which no mail leaves."""
    app.jinja_env.globals["mail_states"] = STATES
    app.extensions["job_kinds"].update(jobs.jobs.kinds)
    app.register_blueprint(bp)
