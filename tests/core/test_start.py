"""A process that loads the app imports what is installed and needed, and no more: a start is to be quick."""

import json
import os

from tests import warm
from tests.conftest import addons_path, database_url

#: What is imported where it is used: by who prints, reads files, rings the bell, counts, or tests.
HEAVY = {
    "PIL",
    "celery",
    "fontTools",
    "hypothesis",
    "kombu",
    "lxml",
    "numpy",
    "pandas",
    "pdfplumber",
    "pypdf",
    "pypdfium2",
    "redis",
    "rich",
    "schemathesis",
    "segno",
    "valkey",
    "weasyprint",
    "xlsxwriter",
}
PROGRAM = """
import json, sys
import core.cli
from core.host import get_host
with get_host().lease() as app:
    print(json.dumps([sorted(sys.modules), sorted(app.extensions["composition"].parts)]))
"""


def test_the_app_of_all_addons_loads_nothing_heavy(database: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(database),
        "BINCARD_ADDONS_PATH": addons_path(),
        "BROKER_URL": "redis://127.0.0.1:1/0",  # nobody is asked at the start
    }
    done = warm.run("-c", PROGRAM, environment=environment)
    assert done.returncode == 0, done.stderr
    modules, parts = json.loads(done.stdout)
    assert "billing.statement" in parts
    assert HEAVY & set(modules) == set()


def test_a_library_that_wants_rich_finds_it() -> None:
    code = "import core.logs, sys; assert core.logs.structlog.dev.rich is None; import rich.pretty"
    done = warm.run("-c", code, environment=os.environ)
    assert done.returncode == 0, done.stderr
