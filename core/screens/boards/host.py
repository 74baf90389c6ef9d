"""The dashboard of whoever runs the system."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from core import m
from core.i18n import _l
from core.screens.boards.dashboards import Dashboards, Figure
from core.screens.job_list import failed

dashboards = Dashboards()


def _counted(number: int, link: str) -> Figure:
    return Figure(number=number, link=link, tone="bad" if number else "")


def failed_jobs(session: Any, _today: date) -> Figure:
    """Jobs that ended with a fault."""
    query = select(func.count()).select_from(m.Job).where(failed(m.Job))
    return _counted(session.scalar(query), "/m/job.list?f.state=failed")


def stuck_mail(session: Any, _today: date) -> Figure:
    """Messages that wait for a person's decision."""
    query = (
        select(func.count()).select_from(m.MailMessage).where(m.MailMessage.state.in_(("failed", "unsure")))
    )
    return _counted(session.scalar(query), "/outbox/?state=failed")


def queued_mail(session: Any, _today: date) -> Figure:
    """Messages on their way."""
    query = (
        select(func.count()).select_from(m.MailMessage).where(m.MailMessage.state.in_(("queued", "sending")))
    )
    return Figure(number=session.scalar(query), link="/outbox/?state=queued")


def users(session: Any, _today: date) -> Figure:
    """People who can log in."""
    count = session.scalar(select(func.count()).select_from(m.User).where(m.User.active))
    return Figure(number=count, link="/m/user.list?f.active=yes")


dashboards.board("system", _l("System"), permission="core.configure", position=90)
dashboards.figure("system", "failed_jobs", _l("Failed jobs"), failed_jobs, permission="core.configure")
dashboards.figure(
    "system", "stuck_mail", _l("Mail that needs a decision"), stuck_mail, permission="core.mail"
)
dashboards.figure("system", "queued_mail", _l("Mail on its way"), queued_mail, permission="core.mail")
dashboards.figure("system", "users", _l("Active users"), users, permission="core.users")
