"""A fresh database with every addon of the product; then a new process that loads the app."""

import os
import subprocess
import sys

from core.cli.base import tables_of
from core.db.session import engine_for
from core.loader.discovery import CORE, discover
from core.loader.lifecycle import Lifecycle
from tests.bench.app import scratch_database
from tests.bench.measure import Result, measured


def bench() -> list[Result]:
    """The two parts, each with its own figure."""
    with scratch_database() as url:
        catalogue = discover()
        names = [name for name in catalogue.found if name != CORE]
        with measured("install", "database", engine=engine_for(url)) as first:
            Lifecycle(engine_for(url), catalogue, tables_of).install(names)
        first.units, first.work = 1, {"addons": len(names)}
        with measured("load", "process", engine=engine_for(url)) as second:
            environment = {**os.environ, "DATABASE_URL": url}
            code = "from core.host import get_host\nwith get_host().lease(): pass"
            subprocess.run([sys.executable, "-c", code], env=environment, check=True)
        second.units, second.work = 1, {"processes": 1}
        return [first, second]
