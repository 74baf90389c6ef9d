"""The way of an author, typed and run from docs/addon-authors.md as it stands there."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.db.session import engine_for
from core.settings import ROOT
from tests.conftest import RUN, database_url, execute_on_server, server_url
from tests.schema import differences, rows_of, schema_of
from tests.written import run_python

DOCS = ROOT / "docs" / "addon-authors.md"
ROLE = f"author_{RUN}"
#: `# loyalty/models.py, at the end`, or the same as a comment of a template.
FILE = re.compile(r"(?:# |\{# )(loyalty/[\w./]+)(?:, ([\w ]+?))?(?: #\})?")
COMMAND = re.compile(r"\./dev exec --running bincard ([^#]+)")


@pytest.fixture
def addons() -> tuple[str, ...]:
    """What an author's `./dev run` has, as far as it matters here."""
    return ("billing_statements",)


@pytest.fixture
def settings(database: str, data_folder: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """As `./dev exec --running` gives them: the application's role, and the owner of the tables."""
    server = server_url()
    app = server.set(database=database, username=ROLE).render_as_string(hide_password=False)
    yield {
        "DATABASE_URL": app,
        "BINCARD_DATABASE_OWNER_URL": database_url(database),
        "BINCARD_DATA": str(data_folder),
        "BINCARD_ADDONS_PATH": str(tmp_path / "my_addons"),
        "BROKER_URL": "memory://",
    }
    with engine_for(database_url(database)).begin() as connection:
        connection.execute(text(f'DROP OWNED BY "{ROLE}"'))
    execute_on_server(f'DROP ROLE "{ROLE}"')


def blocks() -> Iterator[list[str]]:
    """The indented parts of the way, in order; a part with the name of a file goes on to the next name."""
    chapters = DOCS.read_text(encoding="utf-8").split("\n## ")
    way = [chapters[0], *(c for c in chapters if c.startswith("From the scaffold to the uninstall\n"))]
    assert len(way) == 2
    found: list[str] = []
    for line in [*"\n".join(way).splitlines(), "end"]:
        shown = line.removeprefix("    ")
        indented = shown != line
        if found and (FILE.fullmatch(shown) or (line and not indented)):
            yield found
            found = []
        if indented or (found and not shown):
            found.append(shown)


def test_the_way_of_an_author(settings: dict[str, str], database: str, tmp_path: Path) -> None:
    folder = tmp_path / "my_addons"
    folder.mkdir()
    engine = engine_for(database_url(database))
    bincard("init --addons billing_statements", settings)
    with engine.connect() as connection:
        before = schema_of(connection)
    done: list[str] = []
    for block in blocks():
        if named := FILE.fullmatch(block[0]):
            write(folder / named[1], named[2] or "", "\n".join(block[1:]).rstrip() + "\n")
        for line in block:
            if typed := COMMAND.match(line):
                if "uninstall loyalty" in line:
                    check_at_work(settings)
                done.append(typed[1].strip())
                said = bincard(done[-1].replace("my_addons", str(folder)), settings)
                if "inspect model" in line:
                    check_columns(said)
    acts = [" ".join(command.split()[:2]) for command in done]
    assert acts == [
        *("addon new", "addon install", "addon migration", "messages loyalty"),
        *("addon upgrade", "inspect model", "addon uninstall"),
    ]
    assert (folder / "loyalty" / "migrations" / "0002_keep_points.py").exists()
    with engine.connect() as connection:
        assert differences(before, schema_of(connection)) == []
        left = rows_of(connection)
    assert not any("loyalty" in row for table in ("role", "menu", "scheduled_action") for row in left[table])


def bincard(command: str, settings: dict[str, str]) -> str:
    """What the command says."""
    done = run_python("-m", "core.cli", *shlex.split(command), **settings)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def write(path: Path, where: str, said: str) -> None:
    """Put a part of the page where it says that it belongs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if where else ""
    if where == "with the imports":
        said = re.sub(r"^from core", lambda found: f"{said}{found[0]}", before, count=1, flags=re.MULTILINE)
    elif where == "at the end":
        said = f"{before}\n\n{said}"
    path.write_text(said, encoding="utf-8")


def check_columns(said: str) -> None:
    """All columns, whoever brings them: an addon, another one, the host."""
    found = {line.split()[0]: line.split()[-1] for line in said.splitlines() if " column " in line}
    assert (found["points"], found["code"], found["statement_cycle"]) == (
        *("loyalty", "partners"),
        "billing_statements",
    )
    assert (found["id"], found["company_id"]) == ("core", "core")


AT_WORK = """
import json
from datetime import UTC, datetime
from core import m
from core.db import db
from core.documents import render_html
from core.host import get_host
from core.jobs.schedule import start_due
from core.jobs.worker import run_job
from core.records.companies import ensure_company
from core.security.actor import SYSTEM, Actor, set_actor
from sqlalchemy import select
from tests.core.loader.club_at_work import statement

host = get_host()
with host.lease() as app, app.app_context():
    company = ensure_company(db.session, code="WAY", name="Way", currency="USD")
    set_actor(db.session, Actor(None, "author", company.id, is_superuser=True))
    member = m.Partner(company_id=company.id, code="M", name="Member", points=3)
    db.session.add(member)
    db.session.flush()
    html = render_html("billing.statement", statement(company, member), locale="en")
    made = [company, member]
    db.session.commit()
    start_due(db.session, datetime.now(UTC))
    db.session.commit()
    job = db.session.scalars(select(m.Job).where(m.Job.kind == "loyalty.count")).one().id
while run_job(job, host.lease): pass
with host.lease() as app, app.app_context():
    set_actor(db.session, SYSTEM)
    states = db.session.execute(select(m.JobItem.label, m.JobItem.state).where(m.JobItem.job_id == job))
    points = db.session.scalar(select(m.Partner.points).where(m.Partner.code == "M"))
    print(json.dumps([html, [tuple(row) for row in states], points]))
"""


def check_at_work(settings: dict[str, str]) -> None:
    """The document shows the column, and the clock starts the job, in the name of the application's role."""
    done = run_python("-c", AT_WORK, **settings)
    assert done.returncode == 0, done.stderr
    html, items, points = json.loads(done.stdout.splitlines()[-1])
    assert '<p class="points">Loyalty points: 3</p>' in html
    assert (items, points) == ([["Member", "done"]], 0)
