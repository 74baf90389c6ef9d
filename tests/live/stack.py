"""Bincard with real processes: database, broker, web server, workers and beat; each may be killed."""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from core.db.session import engine_for
from core.host import Host
from core.jobs.ring import celery_app
from core.settings import get_settings
from devtools import places
from devtools.postgres import APP_USER, remove_cluster, start_cluster
from devtools.processes import Child, descendants, start_child, wait_until
from devtools.services import OWNER_URL
from tests import warm
from tests.conftest import TEST_ADDONS
from tests.live import brokers
from tests.live.ports import free_port, listens
from tests.patience import PATIENCE

BIN = Path(sys.executable).parent
ADMIN = "admin@live.example"


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: dict[str, str]


class Visitor:
    """A browser without pictures: it keeps cookies, follows redirects and sends forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str, **headers: str) -> Answer:
        return self._send(urllib.request.Request(self.url + path, headers=headers))  # noqa: S310 - our own server

    def post(self, path: str, **values: str) -> Answer:
        data = urllib.parse.urlencode(values).encode()
        return self._send(urllib.request.Request(self.url + path, data))  # noqa: S310 - our own server

    def log_in(self, email: str, password: str) -> None:
        page = self.get("/login").body
        [token] = set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page))
        self.post("/login", csrf_token=token, email=email, password=password)
        assert self.get("/palette?q=zz").body.startswith("["), "the log-in failed"

    def _send(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(), dict(error.headers))


@dataclass
class Stack:
    """Everything that a Bincard is made of, in one folder."""

    folder: Path
    addons: str
    settings: dict[str, str] = field(default_factory=dict)
    start_broker: brokers.StartBroker = field(default_factory=brokers.valkey)
    children: dict[str, Child] = field(default_factory=dict)
    log_ins: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.cluster = start_cluster(self.folder / "pg", durable=False)
        self.broker = self.start_broker(self.folder / "broker")
        self.settings = {
            "DATABASE_URL": self.cluster.url(user=APP_USER),
            OWNER_URL: self.cluster.url(),
            "BROKER_URL": self.broker.url,
            "BINCARD_DATA": str(self.folder / "data"),
            "BINCARD_SECRET_KEY": "for this test only",
            "BINCARD_ADDONS_PATH": str(TEST_ADDONS),
            "BINCARD_SWEEP_SECONDS": "1",
            "PYTHONPATH": str(places.REPOSITORY),
            **self.settings,
        }
        done = self.bincard("init", "--addons", self.addons, "--email", ADMIN, "--json")
        self.log_ins = json.loads(done.stdout)["log_ins"]

    # The parts

    def start(self, *names: str) -> None:
        for name in names or ("web", "worker", "beat"):
            command = getattr(self, f"_{name}")()
            log = self.folder / f"{name}.log"
            self.children[name] = start_child(
                name, command, env=self.environment_of_children, cwd=places.REPOSITORY, log=log
            )
        if "web" in (names or ("web",)):
            assert wait_until(lambda: listens(self.port), PATIENCE, 0.05), self.logs()
        if "worker" in (names or ("worker",)):
            assert wait_until(lambda: len(self.pids_below("worker")) == 2, PATIENCE, 0.05), self.logs()

    def _web(self) -> list[str]:
        options = ["--config", "python:core.telemetry.gunicorn", "--bind", f"127.0.0.1:{self.port}"]
        return [str(BIN / "gunicorn"), *options, "core.host:application"]

    def _worker(self) -> list[str]:
        return [*self._celery(), "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip"]

    def _beat(self) -> list[str]:
        return [*self._celery(), "beat", "--schedule", str(self.folder / "beat"), "--pidfile="]

    def _celery(self) -> list[str]:
        return [str(BIN / "celery"), "-A", "core.celery_app"]

    @property
    def environment_of_children(self) -> dict[str, str]:
        """What serves people does not know the owner of the tables."""
        return {name: value for name, value in self.environment.items() if name != OWNER_URL}

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings}

    def pids_below(self, name: str) -> list[int]:
        """The children of gunicorn's or the worker's first process."""
        return sorted(descendants(self.children[name].pid))

    def change_broker(self, start_broker: brokers.StartBroker) -> None:
        """Stop worker and beat, and let the next ones use another broker."""
        for name in ("beat", "worker"):
            if name in self.children:
                self.children.pop(name).stop()
        self.broker.stop()
        self.start_broker = start_broker
        self.broker = start_broker(self.folder / f"broker-{free_port()}")
        self.settings["BROKER_URL"] = self.broker.url

    def restart_broker(self) -> None:
        self.broker = self.start_broker(self.broker.path)

    def restart_cluster(self) -> None:
        self.cluster = start_cluster(self.folder / "pg", durable=False)

    # What people do

    def bincard(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of the product."""
        done = warm.run("-m", "core.cli", *arguments, environment=self.environment)
        assert not check or done.returncode == 0, done.stderr
        return done

    def visitor(self) -> Visitor:
        return Visitor(self.url)

    def administrator(self) -> Visitor:
        visitor = self.visitor()
        visitor.log_in(self.log_ins[0]["email"], self.log_ins[0]["password"])
        return visitor

    @contextmanager
    def app(self) -> Iterator[None]:
        """The product in this process, on the stack's database and broker."""
        os.environ.update(self.settings)
        get_settings.cache_clear()
        celery_app.cache_clear()
        host = Host(get_settings())
        with host.lease() as app, app.app_context():
            yield
        celery_app.cache_clear()
        engine_for(self.settings["DATABASE_URL"]).dispose()

    def rows(self, query: str, **values: object) -> list[tuple[object, ...]]:
        """Ask the database, on a connection of its own; it may be away."""
        engine = create_engine(self.cluster.url(), poolclass=NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def value(self, query: str, **values: object) -> object:
        """The one value that a query gives; None where it finds no row."""
        found = self.rows(query, **values)
        return found[0][0] if found else None

    def becomes(self, wanted: object, query: str, seconds: float = PATIENCE, **values: object) -> None:
        """Wait until a query gives this value; one that can't be asked gives none."""

        def there() -> bool:
            try:
                return self.value(query, **values) == wanted
            except DBAPIError:
                return False

        assert wait_until(there, seconds, 0.1), f"{query}: {self.rows(query, **values)}\n{self.logs()}"

    # The end

    def logs(self) -> str:
        """The last lines of everything."""
        servers = {"postgres": self.cluster.server, "broker": self.broker.server, **self.children}
        return "\n".join(f"--- {name}\n{child.log_tail(40)}" for name, child in servers.items())

    def tracebacks(self) -> str:
        """What the web server could not cope with."""
        blocks = (self.folder / "web.log").read_text().split("\n[")
        return "\n".join(block for block in blocks if "Traceback" in block)

    def stop(self) -> None:
        """Stop everything and delete the data; once more does nothing."""
        for child in reversed(self.children.values()):
            child.stop()
        self.broker.stop()
        self.cluster.stop()
        remove_cluster(self.folder / "pg")
