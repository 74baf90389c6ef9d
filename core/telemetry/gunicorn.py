"""Settings of the web server: `gunicorn --config python:core.telemetry.gunicorn core.host:application`.

What an operator wants otherwise goes on the command line or into `GUNICORN_CMD_ARGS`, which win over these.
"""

import os
import shutil
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from core.settings import get_settings
from core.telemetry.metrics import FOLDER

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
graceful_timeout = 5
control_socket_disable = True
#: The application writes a line for each request itself, with its number and user.
accesslog = None


def on_starting(_server: Any) -> None:
    """Start with empty counters, shared by all workers of this server."""
    folder = get_settings().data / "metrics" / str(os.getpid())
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[FOLDER] = str(folder)


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that is gone; what it counted stays."""
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library has no types here
