"""`bincard addon new` writes an addon that installs, passes its own tests and every addon's, and goes."""

import re
import subprocess
import sys

import pytest

from core.settings import ROOT
from tests.conftest import server_url
from tests.schema import differences, rows_of, schema_of
from tests.written import answer, run_python

FILES = {
    "README.md",
    "__manifest__.py",
    "data/access.toml",
    "demo.py",
    "i18n/zh_CN/LC_MESSAGES/messages.po",
    "migrations/0001_create_the_tables.py",
    "models.py",
    "screens.py",
    "security.py",
    "tests/conftest.py",
    "tests/test_entries.py",
}


@pytest.mark.slow
def test_a_new_addon_is_a_whole_one(bincard, folder, engine):
    name = "loyalty_points"
    done = bincard("addon", "new", name, "--folder", str(folder.path))
    assert done.returncode == 0, done.stderr
    written = {line.removeprefix(f"{folder.path / name}/") for line in done.stdout.splitlines()}
    assert written == FILES

    found = {"BINCARD_ADDONS_PATH": str(folder.path)}
    with engine.connect() as connection:
        before = schema_of(connection), rows_of(connection)
    assert answer(bincard("addon", "install", name, "--json", **found))["installed"] == [name]
    history = bincard("addon", "migration", name, "-m", "None", **found)
    assert history.stdout == f"{name}: the history equals the models\n", history.stderr
    assert answer(bincard("addon", "uninstall", name, "--yes", "--json", **found))["removed"] == [name]
    with engine.connect() as connection:
        assert differences(before[0], schema_of(connection)) == []
        assert rows_of(connection) == before[1]

    server = server_url().render_as_string(hide_password=False)
    own = str(folder.path / name / "tests")
    tested = pytest_on(own, "tests/test_every_addon.py", "-k", name, DATABASE_URL=server, **found)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    for file in ("test_entries.py", "test_every_addon.py"):
        assert re.search(rf"{file}::\S+ PASSED", tested.stdout), tested.stdout

    for act in (["check"], ["format", "--check"]):
        checked = ruff(*act, str(folder.path))
        assert checked.returncode == 0, checked.stdout


def pytest_on(*what, **environment):
    """Run tests with the settings of the product, wherever they lie, and without what they don't need."""
    options = ["-c", "setup.cfg", "--rootdir", ".", "-v", "-p", "no:cacheprovider"]
    options += ["-p", "no:schemathesis", "-p", "no:playwright", "-p", "no:xdist"]
    return run_python("-m", "pytest", *options, *what, **environment)


def ruff(*arguments):
    command = [sys.executable, "-m", "ruff", *arguments, "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
