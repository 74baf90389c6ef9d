"""What is installed, read before any app exists: plain SQL on one connection."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

from core.db.locks import lock_key
from core.loader.discovery import CORE, AddonSource, Catalogue
from core.loader.graph import ResolutionError, resolve

#: Held shared by whoever uses the tables (a request, a step of a job), exclusively by who changes them.
LOCK = lock_key("bincard.installed")


class NotInitialisedError(Exception):
    """The database has no host tables yet."""


@dataclass(frozen=True)
class Installed:
    """The installed addons, with the number that changes whenever they do."""

    generation: int
    versions: dict[str, str]


def is_initialised(connection: Connection) -> bool:
    """Whether the host's own tables are there."""
    return inspect(connection).has_table("addon")


def read_installed(connection: Connection) -> Installed:
    """The installed set; raises NotInitialisedError on an empty database."""
    if not is_initialised(connection):
        raise NotInitialisedError("the database is empty: run `bincard init` first")
    generation = connection.execute(text("SELECT generation FROM host_state")).scalar_one()
    rows = connection.execute(text("SELECT name, version FROM addon ORDER BY id"))
    return Installed(generation, {name: version for name, version in rows})


def refuse_missing(installed: Installed, catalogue: Catalogue) -> None:
    """Raise ResolutionError naming each installed addon whose files are missing."""
    missing = sorted(set(installed.versions) - set(catalogue.found))
    if missing:
        raise ResolutionError(
            f"the addon {name} is installed, but its files are missing: "
            f"put them back, or add their folder to BINCARD_ADDONS_PATH"
            for name in missing
        )


def installed_sources(installed: Installed, catalogue: Catalogue) -> Sequence[AddonSource]:
    """The sources of the installed addons in order.

    Raises ResolutionError naming each addon whose files are missing: the app must not start without
    code that its tables belong to. What is wrong with an addon that is not installed is no reason.
    """
    refuse_missing(installed, catalogue)
    problems = tuple(problem for problem in catalogue.problems if problem.addon in installed.versions)
    exactly = Catalogue({n: catalogue.found[n] for n in installed.versions}, problems)
    return resolve(set(installed.versions) - {CORE}, exactly)
