"""Install, upgrade and uninstall addons: all in one transaction, so that a failure changes nothing.

Whoever uses the tables holds the lock `installed.LOCK` shared for the length of a request or a step of a
job; an act here takes it exclusively. It therefore waits until the requests in flight have ended, and
those that come meanwhile wait until it has committed and then see the new set: none of them fails.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, text
from sqlalchemy.exc import OperationalError

from core.loader import migrations, retired, shipped
from core.loader.discovery import CORE, AddonSource, Catalogue
from core.loader.export import Removal, removal_of, write_export
from core.loader.grants import grant
from core.loader.graph import ResolutionError, dependents, resolve
from core.loader.installed import LOCK, Installed, is_initialised, read_installed, refuse_missing
from core.loader.servers import refuse_unknown

#: Builds the application of a set of addons and returns its tables; raises where they don't fit.
Check = Callable[[Sequence[AddonSource]], MetaData]


class BusyError(Exception):
    """The tables stayed in use for longer than the operator lets an install wait."""


@dataclass(frozen=True)
class Plan:
    """What an act would do."""

    order: tuple[str, ...]
    #: Addon → the revisions that would run.
    migrations: dict[str, list[str]] = field(default_factory=dict)
    removes: Removal = field(default_factory=Removal)


@dataclass(frozen=True)
class Outcome:
    """What an act did."""

    addons: tuple[str, ...]
    left: tuple[shipped.Left, ...] = ()
    kept: tuple[str, ...] = ()
    export: Path | None = None


@dataclass(frozen=True)
class Lifecycle:
    """The acts on one database with the addons that can be found."""

    engine: Engine
    catalogue: Catalogue
    check: Check
    lock_timeout: int = 20
    #: The role of the application, where it is not the one that owns the tables.
    app_role: str = ""

    def plan_install(self, names: Iterable[str]) -> Plan:
        """The addons that would come, in order, with their migrations."""
        with self.engine.connect() as connection:
            installed = self._installed(connection)
            new = self._new(names, installed)
            return Plan(tuple(s.name for s in new), {s.name: migrations.pending(connection, s) for s in new})

    def pending(self) -> dict[str, list[str]]:
        """Installed addon → the migrations that `upgrade` would run, where there are any."""
        with self.engine.connect() as connection:
            sources = self._all({CORE, *self._installed(connection).versions})
            found = {s.name: migrations.pending(connection, s) for s in sources}
        return {name: revisions for name, revisions in found.items() if revisions}

    def plan_uninstall(self, name: str) -> Plan:
        """The addons that would go with `name`, and the data that goes with them."""
        with self.engine.connect() as connection:
            going, staying = self._split(connection, name)
            removal = removal_of(connection, self.check([*staying, *going]), self.check(staying))
            return Plan(tuple(reversed([s.name for s in going])), removes=removal)

    def install(self, names: Iterable[str], *, anyway: bool = False) -> Outcome:
        """Install the addons and what they need; those that are there already are upgraded first.

        A new addon stands on what the others are by now, not on what they were when they were installed.
        Raises UnknownFolderError where a running server could not load them, unless it shall be `anyway`.
        """
        with self._exclusive() as connection:
            installed = self._installed(connection)
            new = self._new(names, installed)
            if not new:
                return Outcome(())  # no new generation: nobody has to build the app again
            if not anyway:
                refuse_unknown(connection, new)
            everything = self._all({*installed.versions, *(s.name for s in new)})
            metadata = self.check(everything)
            there = self.check(self._all(installed.versions)).tables if installed.versions else {}
            left = [item for source in everything for item in _bring(connection, source, metadata)]
            if installed.generation:
                retired.resume(connection, [name for name in metadata.tables if name not in there])
            for source in everything:
                _note_installed(connection, source)
            self._close(connection)
        return Outcome(tuple(s.name for s in new), tuple(left))

    def upgrade(self) -> Outcome:
        """Run the pending migrations and data of every installed addon."""
        with self._exclusive() as connection:
            installed = self._installed(connection)
            sources = self._all(installed.versions)
            metadata = self.check(sources)
            left = [item for source in sources for item in _bring(connection, source, metadata)]
            for source in sources:
                _note_installed(connection, source)
            self._close(connection)
        return Outcome(tuple(s.name for s in sources), tuple(left))

    def uninstall(self, name: str, exports: Path) -> Outcome:
        """Remove the addon and those that stand on it; their data is exported to a file first."""
        with self._exclusive() as connection:
            going, staying = self._split(connection, name)
            before, after = self.check([*staying, *going]), self.check(staying)
            removal = removal_of(connection, before, after)
            export = write_export(connection, removal, exports, name)
            retired.keep(connection, removal.tables)
            kept = []
            for source in reversed(going):
                kept += shipped.remove(connection, source.name, before)
                migrations.downgrade(connection, source)
                connection.execute(text("DELETE FROM addon WHERE name = :name"), {"name": source.name})
            self._close(connection)
        return Outcome(tuple(reversed([s.name for s in going])), kept=tuple(kept), export=export)

    def _installed(self, connection: Connection) -> Installed:
        if not is_initialised(connection):
            return Installed(0, {})
        installed = read_installed(connection)
        refuse_missing(installed, self.catalogue)
        return installed

    def _new(self, names: Iterable[str], installed: Installed) -> list[AddonSource]:
        wanted = {*names, *installed.versions} - {CORE}
        return [s for s in resolve(wanted, self.catalogue) if s.name not in installed.versions]

    def _all(self, names: Iterable[str]) -> list[AddonSource]:
        return [s for s in resolve(set(names) - {CORE}, self.catalogue) if s.name in set(names)]

    def _split(self, connection: Connection, name: str) -> tuple[list[AddonSource], list[AddonSource]]:
        installed = self._installed(connection)
        if name == CORE or name not in installed.versions:
            raise ResolutionError([f"{name} is not an installed addon"])
        falling = set(dependents(name, installed.versions, self.catalogue))
        everything = self._all(installed.versions)
        return [s for s in everything if s.name in falling], [s for s in everything if s.name not in falling]

    def _close(self, connection: Connection) -> None:
        """What every act ends with: the role may use the new tables, and servers notice."""
        if self.app_role:
            grant(connection, self.app_role)
        _next_generation(connection)

    @contextmanager
    def _exclusive(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{self.lock_timeout}s'"))
            try:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
                yield connection
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", "") != "55P03":
                    raise
                raise BusyError(
                    f"the tables were in use for over {self.lock_timeout} seconds; nothing was changed: "
                    "try again when the long work that is running has ended"
                ) from error


def _bring(connection: Connection, source: AddonSource, metadata: MetaData) -> list[shipped.Left]:
    migrations.upgrade(connection, source)
    return shipped.load(connection, source, metadata)


def _note_installed(connection: Connection, source: AddonSource) -> None:
    connection.execute(
        text(
            "INSERT INTO addon (name, version) VALUES (:name, :version) "
            "ON CONFLICT (name) DO UPDATE SET version = excluded.version"
        ),
        {"name": source.name, "version": str(source.manifest.version)},
    )


def _next_generation(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO host_state (id, generation) VALUES (1, 1) "
            "ON CONFLICT (id) DO UPDATE SET generation = host_state.generation + 1"
        )
    )
