"""./dev run: everything a person needs to look at Bincard, and one Ctrl-C to end it. Also ./dev reset."""

import http.client
import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from devtools import foreground, places, prepared, system, venv
from devtools.postgres import remove_cluster
from devtools.processes import Child, SetupError, send_signal, start_child, take_lock, wait_until
from devtools.services import OWNER_URL, services

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
SECONDS_TO_ANSWER = 300
SECONDS_TO_STOP = 90
#: In a data folder that was empty when we came: reset may delete it whole.
MARKER = ".bincard-data"


def run(port: int, *, demo: bool, verbose: bool) -> int:
    venv.ensure()
    system.require(system.FOR_RUN)
    data = claim_data_dir()
    url = f"http://{HOST}:{port}/"
    with running_lock(data, url):
        _check_port(port)
        with services(data, durable=True) as up, ExitStack() as stack:
            env = venv.environment({**up.env, **secret_key(data)})
            _note_running(data, url, up.env)
            _prepare(data, env, demo)
            env.pop(OWNER_URL, None)  # what serves people can neither change tables nor what the audit says
            children: list[Child] = []
            for name, command in commands(data, port).items():
                log = None if verbose else _fresh_log(data, name)
                children.append(start_child(name, command, env=env, cwd=places.REPOSITORY, log=log))
                stack.callback(children[-1].stop)
                if name == "web":  # first and alone: the others would only make people wait for it
                    _wait_for_answer(port, children)
            _say(f"\nBincard is running at {url} - Ctrl-C stops it.{'' if verbose else f' Logs: {data}/log'}")
            return _watch([*children, *up.servers])


def commands(data: Path, port: int) -> dict[str, list[str]]:
    celery = [venv.program("celery"), "-A", "core.celery_app"]
    return {
        "web": [venv.program("gunicorn"), "--config", "python:core.telemetry.gunicorn"]
        + ["--bind", f"{HOST}:{port}", "core.host:application"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"],
        "beat": [
            *celery,
            "beat",
            "--schedule",
            str(data / "beat-schedule"),
            "--pidfile=",
            "--loglevel",
            "INFO",
        ],
    }


def claim_data_dir() -> Path:
    data = places.data_dir()
    data.mkdir(parents=True, exist_ok=True)
    if not any(data.iterdir()):
        (data / MARKER).touch()
    (data / "log").mkdir(exist_ok=True)
    return data


def secret_key(data: Path) -> dict[str, str]:
    """What signs the sessions of this installation: made once, so that a restart logs nobody out."""
    if os.environ.get("BINCARD_SECRET_KEY"):
        return {}
    path = data / "secret-key"
    if not path.exists():
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        unfinished.rename(path)
    return {"BINCARD_SECRET_KEY": path.read_text()}


@contextmanager
def running_lock(data: Path, url: str) -> Iterator[None]:
    """The lock of a running Bincard. What is written in its file counts only while the lock is held."""
    path = data / "run.lock"
    lock = take_lock(path)
    if lock is None:
        raise SetupError(f"Bincard is already running: {_describe(path)}.")
    try:
        _note_running(data, url)
        yield
    finally:
        os.ftruncate(lock, 0)
        os.close(lock)


def _note_running(data: Path, url: str, env: Mapping[str, str] | None = None) -> None:
    """Write down who runs, and where its database, its broker and its files are once they are there."""
    (data / "run.lock").write_text(json.dumps({"pid": os.getpid(), "url": url, "env": env}))


@contextmanager
def servers_of_run() -> Iterator[dict[str, str]]:
    """The environment of a command on what ./dev run shows; its servers are started if it does not run."""
    data = claim_data_dir()
    path = data / "run.lock"
    lock = take_lock(path)
    if lock is None:
        wait_until(lambda: bool(holder(path).get("env")), SECONDS_TO_ANSWER)
        env = holder(path).get("env")
        assert isinstance(env, dict), "./dev run has written where its servers are"
        yield venv.environment({**env, **secret_key(data)})
        return
    os.close(lock)
    with running_lock(data, "./dev exec --running"), services(data, durable=True) as up:
        _note_running(data, "./dev exec --running", up.env)
        yield venv.environment({**up.env, **secret_key(data)})


def holder(path: Path) -> dict[str, object]:
    """Who runs, according to the lock's file; empty in the moment before it is written."""
    text = path.read_text()
    found: dict[str, object] = json.loads(text) if text else {}
    return found


def _describe(path: Path) -> str:
    found = holder(path)
    return f"process {found['pid']}, {found['url']}" if found else "it is just starting"


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SetupError(
                f"Port {port} is not free. Choose another: ./dev run --port {port + 1}"
            ) from error


def _prepare(data: Path, env: dict[str, str], demo: bool) -> None:
    """Bring the database up to the files here, and show who can log in."""
    state = prepared.state_of_files(demo=demo)
    log_ins = prepared.recall(data, state)
    if log_ins is None:
        log_ins = _initialise(env, demo)
        # The demo's passwords are known to all; the one of a real company is shown once and kept nowhere.
        prepared.remember(data, state, log_ins if demo else "Log-ins: as set before")
    _say(log_ins)


def _initialise(env: dict[str, str], demo: bool) -> str:
    """Run `bincard init` and return what it says."""
    command = [venv.program("bincard"), "init", *(["--demo"] if demo else [])]
    with tempfile.TemporaryFile("w+") as output:
        if foreground.run(command, env=env, cwd=places.REPOSITORY, stdout=output):
            raise SetupError("The database could not be prepared: see above.")
        output.seek(0)
        return output.read().rstrip()


def _fresh_log(data: Path, name: str) -> Path:
    log = data / "log" / f"{name}.log"
    if log.exists():
        log.rename(log.with_suffix(".log.1"))
    return log


def _wait_for_answer(port: int, children: list[Child]) -> None:
    wait_until(lambda: _answers(port) or _ended(children) is not None, SECONDS_TO_ANSWER, interval=0.1)
    if _ended(children) is None and not _answers(port):
        raise SetupError(f"The web server doesn't answer:\n{children[0].log_tail()}")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _watch(children: list[Child]) -> int:
    """Until a signal unwinds us, or a child ends by itself: then the others must not go on alone."""
    ended = None
    while ended is None:
        wait_until(lambda: _ended(children) is not None, 3600, interval=0.5)
        ended = _ended(children)
    _say(f"{ended.name} has ended; stopping the rest.\n{ended.log_tail()}", sys.stderr)
    return 1


def _ended(children: list[Child]) -> Child | None:
    return next((child for child in children if not child.running()), None)


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream, flush=True)


def reset(*, yes: bool) -> int:
    """Stop a running Bincard and delete its data."""
    data = places.data_dir()
    if not data.exists():
        print(f"{data} does not exist: nothing to do.")
        return 0
    if data != places.REPOSITORY / ".data" and not (data / MARKER).exists():
        raise SetupError(f"{data} held other files before Bincard used it. Delete it by hand.")
    if not yes and not _confirmed(data):
        print("Nothing was deleted.")
        return 1
    lock = _stop_running(data / "run.lock")
    remove_cluster(data / "postgres")
    shutil.rmtree(data)
    os.close(lock)
    return 0


def _confirmed(data: Path) -> bool:
    if not sys.stdin.isatty():
        raise SetupError("./dev reset asks before it deletes; without a terminal say ./dev reset --yes.")
    return input(f"Delete {data} with the database and all documents? [y/N] ").strip().lower() in {"y", "yes"}


def _stop_running(path: Path) -> int:
    lock = take_lock(path)
    if lock is not None:
        return lock
    pid = holder(path).get("pid")
    if isinstance(pid, int):
        send_signal(pid, 15)
    lock = take_lock(path, SECONDS_TO_STOP)
    if lock is None:
        raise SetupError(f"The running Bincard did not stop: {_describe(path)}.")
    return lock
