"""The doorbell: tell the workers that there is something to do.

A bell carries no work, only the news of it: rows are the truth. One that nobody hears does no harm,
since the sweeper rings for everything that is still open; so a bell is forgotten after a few seconds.
"""

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.db import AnySession
from core.settings import get_settings

if TYPE_CHECKING:
    from celery import Celery

log = logging.getLogger(__name__)

RUN_JOB = "bincard.run_job"
SEND_MAIL = "bincard.send_mail"
SEND_WEBHOOKS = "bincard.send_webhooks"
SWEEP = "bincard.sweep"
_BELLS = "bells to ring after commit"


@lru_cache
def celery_app() -> "Celery":
    """The Celery app of this process; its tasks are in `core.celery_app`."""
    from celery import Celery  # a third of a second, which only those that ring shall wait for

    settings = get_settings()
    every = settings.sweep_seconds
    app = Celery("bincard", broker=settings.broker_url)
    app.conf.update(
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        # Without an end: a worker that gives up on its broker waits for somebody to start it again.
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        # Bells that a dying worker has not answered need not be put back: the sweeper rings again, and to put
        # them back into a broker that has just gone would end the worker for good.
        broker_transport_options={"socket_connect_timeout": 2, "socket_timeout": 30, "ack_emulation": False},
        worker_hijack_root_logger=False,
        beat_schedule={"sweep": {"task": SWEEP, "schedule": every, "options": {"expires": every}}},
    )
    return app


def broker_answers() -> bool:
    """Whether the broker can be reached now; none configured counts as one that answers."""
    if get_settings().broker_url == "memory://":
        return True
    try:
        with celery_app().connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            return True
    except Exception:  # noqa: BLE001 - each transport has exceptions of its own, and all mean no
        return False


def ring_later(session: AnySession | Any, task: str, *args: Any) -> None:
    """Ring once the transaction of this session has committed; never when it is rolled back."""
    bells = session.info.setdefault(_BELLS, [])
    if (task, args) not in bells:
        bells.append((task, args))


def ring(task: str, *args: Any) -> None:
    """Ring now. A broker that is away is logged and not raised: the sweeper makes up for it."""
    settings = get_settings()
    if settings.broker_url == "memory://":
        return  # none is configured, as in a command on a machine without one
    from kombu.exceptions import OperationalError

    try:
        celery_app().send_task(task, args=list(args), retry=False, expires=4 * settings.sweep_seconds)
    except (OperationalError, OSError) as error:
        log.warning("the broker does not answer (%s): %s%s waits for the next sweep", error, task, args)


def ring_committed(session: Any) -> None:
    """Ring what the committed transaction asked for."""
    if not session.in_nested_transaction():
        for task, args in session.info.pop(_BELLS, []):
            ring(task, *args)


def forget_rolled_back(session: Any) -> None:
    """Drop the bells of a transaction that did not happen."""
    session.info.pop(_BELLS, None)
