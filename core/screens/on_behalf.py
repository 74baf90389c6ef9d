"""A step of a job with the rights and in the language of whoever started it, as they are at that moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import current_app
from sqlalchemy.exc import DBAPIError, OperationalError

from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import _, in_locale
from core.jobs.kinds import RefusedError, Step
from core.screens.refusals import explain
from core.security.actor import Actor, acting
from core.security.session import actor_from


@contextmanager
def on_behalf(session: AnySession, step: Step) -> Iterator[Actor]:
    """Act as the user; what refuses the user or the database fails the step, with its reason."""
    with (
        in_locale(step.job_params.get("locale", "")),
        acting(session, _actor(session, step)) as actor,
        _refusing(),
    ):
        yield actor
        session.flush()


def _actor(session: AnySession, step: Step) -> Actor:
    user = session.get(m.User, step.user_id) if step.user_id else None
    if user is None or not user.active:
        raise RefusedError(_("Whoever started this may no longer log in."))
    if step.company_id not in {company.id for company in user.companies}:
        raise RefusedError(_("Whoever started this may no longer work in this company."))
    return replace(actor_from(user, f"job {step.job_id}"), company_id=step.company_id)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except UserError as error:
        raise RefusedError(str(error)) from error
    except OperationalError:
        raise  # the database is away, or a lock was: the worker tries again
    except DBAPIError as error:
        raise RefusedError(explain(error, current_app.extensions["composition"])[0]) from error
