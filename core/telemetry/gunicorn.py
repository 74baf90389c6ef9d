"""Settings of the web server: `gunicorn --config python:core.telemetry.gunicorn core.host:application`.

What an operator wants otherwise goes on the command line or into `GUNICORN_CMD_ARGS`, which win over these.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from core.settings import get_settings

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
graceful_timeout = 5
control_socket_disable = True
#: The application writes a line for each request itself, with its number and user.
accesslog = None

#: Prometheus's library asks for it when it is imported: this module is read first, by gunicorn's own process.
_FOLDER = get_settings().data / "metrics" / str(os.getpid())
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_FOLDER)


def on_starting(_server: Any) -> None:
    """Start with empty counters, shared by all workers of this server."""
    _remove_those_of_the_dead(_FOLDER.parent)
    _FOLDER.mkdir(parents=True, exist_ok=True)


def _remove_those_of_the_dead(folder: Path) -> None:
    for left in folder.glob("*"):
        if not Path(f"/proc/{left.name}").exists():
            shutil.rmtree(left, ignore_errors=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that is gone; what it counted stays."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library has no types here
