"""Which application serves a request: always the one of the addons that are installed now.

Each request holds the installed set shared for its length (see `core.loader.lifecycle`), reads its
generation number, and is served by the app of that generation, built on the spot when the number is
new. An install therefore costs a rebuild and no restart, and no request ever meets tables that its code
doesn't know. Jobs take the same lease for each of their steps.

A set that this process cannot load, because it lies in a folder that it was not started with, or because its
code breaks here, takes nobody down: the process goes on with the set before, and says so on `/readyz` and to
administrators.
"""

import gc
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, ProgrammingError, SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Request
from werkzeug.wsgi import ClosingIterator

from core.app import create_app
from core.db.outage import is_away
from core.db.session import engine_for
from core.loader.discovery import addon_folders, discover
from core.loader.installed import LOCK, Installed, NotInitialisedError, installed_sources, read_installed
from core.loader.servers import announce
from core.loader.stamp import RunningCode
from core.outage import outage_page
from core.settings import ROOT, Settings, get_settings
from core.telemetry import logs
from core.telemetry.probes import probe
from core.telemetry.requests import Wsgi, observed

log = logging.getLogger(__name__)

_SHARE = text("SELECT pg_advisory_lock_shared(:key)")
_RELEASE = text("SELECT pg_advisory_unlock_shared(:key)")
_GENERATION = text("SELECT generation FROM host_state")


class MissingKeyError(Exception):
    """Nothing to sign sessions with; the message says how to mend it."""


class HostState(NamedTuple):
    """What an operator should know of a process that serves all the same."""

    #: Why it goes on with the addons of before; empty where it has those that are installed.
    problem: str
    #: Whether its code is older than the files on disk.
    outdated: bool


class Host:
    """The app of the current generation, rebuilt when another process installs or uninstalls."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = engine_for(settings.database_url)
        self._app: Flask | None = None
        self._generation = -1
        self._spared = False
        self._building = threading.Lock()
        #: The generation that could not be loaded here, and why.
        self._refused, self.problem = -1, ""
        self._code = RunningCode()
        self._code.loaded([ROOT / "core"])
        # Outermost: whom a proxy asks for must be known to the log line and the probes.
        self._serve = _behind(settings.proxies, observed(self._answer))

    def announce(self) -> None:
        """Be a server from now on: installs ask whether it knows the folders that they install from."""
        announce(self.engine, addon_folders(self.settings.addons_path))

    @contextmanager
    def lease(self) -> Iterator[Flask]:
        """Hold the installed set and give its app; inside, no addon comes or goes."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(_SHARE, {"key": LOCK})
            try:
                yield self._current(connection)
            finally:
                _release(connection)

    def _current(self, connection: Connection) -> Flask:
        generation = self._read_generation(connection)
        if self._app is not None and generation in (self._generation, self._refused):
            return self._app
        with self._building:
            if self._app is None or generation not in (self._generation, self._refused):
                self._app = self._built(read_installed(connection))
            return self._app

    def _built(self, installed: Installed) -> Flask:
        """The app of the installed set, or the one before where that cannot be loaded here."""
        try:
            sources = installed_sources(installed, discover(self.settings.addons_path))
            app = create_app(sources, self.settings)
        except Exception as error:  # whatever the code of an addon raises, its loss is not everybody's
            if self._app is None:
                raise
            log.exception("the installed addons cannot be loaded: going on with the set before")
            self._refused, self.problem = installed.generation, f"{type(error).__name__}: {error}"
            return self._app
        self._code.loaded(source.path for source in sources)
        self._generation, self.problem = installed.generation, ""
        app.extensions["host_state"] = self.state
        self._spare_the_collector()
        return app

    def _spare_the_collector(self) -> None:
        """The first app stays as long as the process: nobody looks through it for garbage, nor at the end.

        A process that builds another one has the first to give back, and looks again.
        """
        if self._spared:
            gc.unfreeze()
        else:
            gc.freeze()
        self._spared = True

    def state(self) -> HostState:
        """Whether this process runs what is installed and what is on disk."""
        return HostState(self.problem, self._code.is_outdated())

    def _read_generation(self, connection: Connection) -> int | None:
        try:
            return connection.execute(_GENERATION).scalar()
        except ProgrammingError as error:
            raise NotInitialisedError("the database is empty: run `bincard init` first") from error

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one request."""
        return self._serve(environ, start_response)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """A probe's answer, or the app's."""
        answer = probe(Request(environ), self.settings, self.engine, self.lease, self.state)
        if answer is not None:
            return answer(environ, start_response)
        return self._lend(environ, start_response)

    def _lend(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The app's answer; the lease ends when it has been sent."""
        stack = ExitStack()
        try:
            app = stack.enter_context(self.lease())
        except SQLAlchemyError as error:
            if not is_away(error):
                raise
            return outage_page(Request(environ))(environ, start_response)
        try:
            response = app(environ, start_response)
        except BaseException:
            stack.close()
            raise
        return ClosingIterator(response, stack.close)


def _behind(proxies: int, application: Wsgi) -> Wsgi:
    """Believe so many proxies, and nobody else, when they say who asks and how."""
    if not proxies:
        return application
    return ProxyFix(application, x_for=proxies, x_proto=proxies, x_host=proxies)


def _release(connection: Connection) -> None:
    try:
        connection.execute(_RELEASE, {"key": LOCK})
    except SQLAlchemyError as error:
        if not is_away(error):
            raise
        connection.invalidate()  # the server went away, and the lock with it


_host: Host | None = None
_making = threading.Lock()


def get_host() -> Host:
    """The host of this process."""
    global _host
    with _making:
        _host = _host or Host(get_settings())
    return _host


def __getattr__(name: str) -> Host:
    """`gunicorn core.host:application`: built when a server asks for it, so that it refuses to start
    when the installed addons cannot be loaded. A database that is away is no reason: it will be back."""
    if name != "application":
        raise AttributeError(name)
    host = get_host()
    logs.configure(host.settings)
    _require_key(host.settings)
    host.announce()
    try:
        with host.lease():
            return host
    except DBAPIError as error:
        if not is_away(error):
            raise
        log.warning("the database does not answer; serving 503 until it does: %s", error.orig)
        return host


def _require_key(settings: Settings) -> None:
    if not settings.secret_key.get_secret_value() and not settings.development:
        raise MissingKeyError(
            "BINCARD_SECRET_KEY is empty: sessions would be signed with nothing. Set it to a long random "
            "text, the same for all processes, such as the output of `openssl rand -base64 32`."
        )
