"""What does not fit is refused before or while it is installed; the database stays as it was."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from core.app import UndeclaredRightsError
from core.host import Host
from core.loader.graph import ResolutionError
from core.loader.installed import LOCK
from core.loader.lifecycle import BusyError
from core.loader.shipped import ShippedDataError
from core.models import CompositionError
from core.screens import ScreenError
from core.settings import get_settings
from tests.conftest import database_url
from tests.written import run_python

FIRST = '''
"""Begin"""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{name}_0001", None

def upgrade():
    op.create_table("halfway", sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True))
    op.execute("INSERT INTO halfway DEFAULT VALUES")
    op.execute("UPDATE currency SET name = 'Half' WHERE code = 'USD'")
'''
SECOND = '''
"""Fail"""
from alembic import op
revision, down_revision = "{name}_0002", "{name}_0001"

def upgrade():
    op.execute("CREATE INDEX halfway_index ON halfway (id)")
    op.execute("SELECT 1 / 0")
'''


def test_a_migration_that_fails_half_way_changes_nothing(lifecycle, folder, everything):
    files = {"migrations/0001_a.py": FIRST, "migrations/0002_b.py": SECOND}
    folder.write("halfway", files={name: source.format(name="halfway") for name, source in files.items()})
    before = everything()
    assert lifecycle().plan_install(["crate", "halfway"]).migrations["halfway"] == [
        "halfway_0001 Begin",
        "halfway_0002 Fail",
    ]
    with pytest.raises(DataError, match="division by zero"):
        lifecycle().install(["crate", "halfway"])
    assert everything() == before


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("[[colour]]\nid = 'a'\n", "there is no table colour"),
        ("[[role]]\nid = 'a'\ncolour = 'red'\n", "misfit.a sets colour, which role has not"),
        (
            "[[menu]]\nid = 'a'\nname = 'A'\nparent_id = { ref = 'misfit.b' }\n",
            "misfit.a refers to misfit.b, which no installed addon ships",
        ),
    ],
)
def test_shipped_data_that_fits_nowhere_changes_nothing(lifecycle, folder, everything, data, said):
    good = "[[role]]\nid = 'good'\nname = 'good'\ntitle = 'Good'\npermissions = []\n"
    path = folder.write("misfit", files={"data/a.toml": good, "data/b.toml": data})
    before = everything()
    with pytest.raises(ShippedDataError) as refused:
        lifecycle().install(["crate", "misfit"])
    assert str(refused.value) == f"{path}/data/b.toml: {said}"
    assert everything() == before


EXTENSION = """
from addons.crate import models as crate
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

class Crate(crate.Crate):
    note: Mapped[str] = mapped_column(Text, server_default="")
"""
ANCHOR = """
from core.screens import Screens

screens = Screens()
screens.extend("shelf.part.list").after("colour", "price")
"""
VIEW = """
from flask import Blueprint

bp = Blueprint("unguarded", __name__)

@bp.get("/open")
def open_door():
    return "come in"
"""
BUTTON = """
from core.screens import Button, Screens

screens = Screens()
screens.extend("shelf.part.form").after("mpn", Button("press", "Press", action="press"))
"""
MODEL = """
from core.models import Model

class Thing(Model):
    _name = "rightless.thing"
"""
NODES = (
    "columns, mpn, description, maker_id, state, price, cost, stock, pack, since, active, value, note, "
    "filters, filters.state, filters.maker_id, filters.since, filters.stock, filters.active, filters.cost, "
    "filters.in_stock, actions, actions.maker_id, actions.cost, "
    "actions.praise, actions.discontinue, actions.archive, actions.restore"
)


@pytest.mark.parametrize(
    ("names", "manifest", "files", "error", "said"),
    [
        (
            ("twin_left", "twin_right"),
            {"depends": ["crate"]},
            {"models.py": EXTENSION},
            CompositionError,
            "twin_left and twin_right both declare crate.note",
        ),
        (
            ("forgetful",),
            {},
            {"models.py": EXTENSION},
            CompositionError,
            "forgetful extends crate of crate, but its manifest does not depend on crate",
        ),
        (
            ("adrift",),
            {"depends": ["shelf"]},
            {"screens.py": ANCHOR},
            ScreenError,
            f"adrift changes 'colour' in the screen shelf.part.list, which has only: {NODES}",
        ),
        (
            ("pushy",),
            {"depends": ["shelf"]},
            {"screens.py": BUTTON},
            ScreenError,
            "pushy: the button press in shelf.part.form names no permission",
        ),
        (
            ("unguarded",),
            {},
            {"routes.py": VIEW},
            UndeclaredRightsError,
            "declare @requires(...) on the views of /unguarded/open",
        ),
        (
            ("rightless",),
            {},
            {"models.py": MODEL},
            UndeclaredRightsError,
            "declare in security.py the rights of the models rightless.thing of rightless",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_does_not_fit_is_refused_at_the_install(
    lifecycle, folder, everything, names, manifest, files, error, said
):
    for name in names:
        folder.write(name, manifest, files)
    before = everything()
    with pytest.raises(error) as refused:
        lifecycle().install(["crate", *names])
    assert str(refused.value) == said
    assert everything() == before


BUSY = (
    "the tables were in use for over 1 seconds; nothing was changed: "
    "try again when the long work that is running has ended"
)


@pytest.mark.parametrize("held", [f"SELECT pg_advisory_lock_shared({LOCK})", "LOCK TABLE company"])
def test_tables_in_use_for_too_long_refuse_an_install(lifecycle, engine, everything, held):
    before = everything()
    with engine.connect() as user:
        user.execute(text(held))
        with pytest.raises(BusyError) as refused:
            lifecycle(lock_timeout=1).install(["crate"])
        user.rollback()
        user.execute(text("SELECT pg_advisory_unlock_all()"))
    assert str(refused.value) == BUSY
    assert everything() == before


def test_the_command_says_that_the_tables_are_in_use(bincard, engine, everything):
    before = everything()
    with engine.connect() as user:
        user.execute(text(f"SELECT pg_advisory_xact_lock_shared({LOCK})"))
        done = bincard("addon", "install", "crate", BINCARD_DDL_LOCK_TIMEOUT="1")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"bincard: {BUSY}\n")
    assert everything() == before


MISSING = (
    "the addon crate is installed, but its files are missing: "
    "put them back, or add their folder to BINCARD_ADDONS_PATH"
)


def test_no_start_without_the_files_of_an_installed_addon(lifecycle, engine, database, bincard, everything):
    lifecycle().install(["crate"])
    before = everything()
    settings = get_settings().model_copy(update={"database_url": database_url(database), "addons_path": ""})
    with pytest.raises(ResolutionError) as refused, Host(settings).lease():
        pass
    assert str(refused.value) == MISSING

    served = run_python(
        "-c",
        "from core.host import application",
        DATABASE_URL=database_url(database),
        BINCARD_ADDONS_PATH="",
        BINCARD_SECRET_KEY="a key of the tests",
    )
    assert served.returncode == 1
    assert served.stderr.endswith(f"core.loader.graph.ResolutionError: {MISSING}\n")

    for command in (
        ["inspect", "model", "company"],
        ["addon", "install", "partners"],
        ["addon", "upgrade"],
        ["addon", "uninstall", "crate", "--yes"],
    ):
        done = bincard(*command, BINCARD_ADDONS_PATH="")
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"bincard: {MISSING}\n"), command
    assert everything() == before


def test_a_broken_addon_that_is_not_installed_keeps_nobody_from_starting(
    lifecycle, folder, database, addons_path
):
    lifecycle().install(["crate"])
    folder.write("unfinished", manifest="{")
    settings = get_settings().model_copy(
        update={"database_url": database_url(database), "addons_path": addons_path}
    )
    with Host(settings).lease() as app:
        assert "crate" in app.extensions["composition"].parts
    with pytest.raises(ResolutionError, match="unfinished"):
        lifecycle().install(["unfinished"])


def test_an_installed_addon_that_is_found_twice_is_not_guessed(lifecycle, folder, database, addons_path):
    lifecycle().install(["crate"])
    folder.write("crate")
    settings = get_settings().model_copy(
        update={"database_url": database_url(database), "addons_path": addons_path}
    )
    with pytest.raises(ResolutionError, match="the addon crate is found twice"), Host(settings).lease():
        pass
