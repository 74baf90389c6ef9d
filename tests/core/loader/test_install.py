"""Addons come and go as a whole; what they leave is nothing."""

import csv
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from core.loader.export import Removal
from core.loader.graph import ResolutionError
from core.loader.lifecycle import Outcome
from core.loader.shipped import Left
from tests.patience import PATIENCE
from tests.schema import differences, rows_of, schema_of


def test_a_plan_shows_the_order_and_the_migrations_and_changes_nothing(lifecycle, everything):
    before = everything()
    planned = lifecycle().plan_install(["crate_label"])
    assert planned.order == ("crate", "crate_label")
    assert planned.migrations == {
        "crate": ["crate_0001 Create crates"],
        "crate_label": ["crate_label_0001 Label crates"],
    }
    assert everything() == before


def test_an_addon_comes_with_what_it_needs(lifecycle, engine):
    assert lifecycle().install(["crate_label"]) == Outcome(("crate", "crate_label"))
    with engine.connect() as connection:
        installed = connection.execute(text("SELECT name, version FROM addon ORDER BY id")).all()
        role = connection.execute(text("SELECT permissions FROM role WHERE name = 'crate.packer'")).scalar()
        connection.execute(text("SELECT label_text, colour_id FROM crate"))
    assert [tuple(row) for row in installed] == [("core", "0.1.0"), ("crate", "1.0"), ("crate_label", "1.0")]
    assert role == ["core.read", "crate.read", "crate.write"]
    assert lifecycle().install(["crate"]) == Outcome(())


def test_an_uninstall_exports_first_and_leaves_no_trace(lifecycle, engine, data_folder):
    with engine.connect() as connection:
        before, rows_before = schema_of(connection), rows_of(connection)
    lifecycle().install(["crate_label"])
    with engine.begin() as connection:
        currency = (
            "INSERT INTO company (code, name, currency_code) VALUES ('C', 'Company', 'USD') RETURNING id"
        )
        company = connection.execute(text(currency)).scalar_one()
        for name, label in (("Left", "fragile"), ("Right", "=cmd(“up”)\na second line")):
            connection.execute(
                text("INSERT INTO crate (company_id, name, label_text) VALUES (:company, :name, :label)"),
                {"company": company, "name": name, "label": label},
            )
        connection.execute(text("INSERT INTO crate_thing (crate_id, name, quantity) VALUES (1, 'Reel', 2.5)"))

    assert lifecycle().plan_uninstall("crate").removes == Removal(
        {"crate": 2, "crate_thing": 1, "label_colour": 0}, {}
    )
    planned = lifecycle().plan_uninstall("crate_label")
    assert planned.order == ("crate_label",)
    assert planned.removes == Removal({"label_colour": 0}, {"crate": ("label_text", "colour_id")})

    outcome = lifecycle().uninstall("crate", data_folder / "exports")
    assert outcome.addons == ("crate_label", "crate")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM company"))
    with engine.connect() as connection:
        assert differences(before, schema_of(connection)) == []
        assert rows_of(connection) == rows_before

    assert outcome.export.parent == data_folder / "exports"
    with zipfile.ZipFile(outcome.export) as archive:
        files = {
            name: list(csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8", newline="")))
            for name in archive.namelist()
        }
    assert sorted(files) == ["crate.csv", "crate_thing.csv", "label_colour.csv"]
    assert files["crate.csv"] == [
        {"id": "1", "company_id": str(company), "name": "Left", "label_text": "fragile", "colour_id": ""},
        {
            "id": "2",
            "company_id": str(company),
            "name": "Right",
            "label_text": "'=cmd(“up”)\na second line",
            "colour_id": "",
        },
    ]
    assert files["crate_thing.csv"] == [{"id": "1", "crate_id": "1", "name": "Reel", "quantity": "2.5000"}]


def test_an_extension_goes_alone_and_its_columns_are_exported(lifecycle, engine, data_folder):
    lifecycle().install(["crate"])
    with engine.connect() as connection:
        before = schema_of(connection)
    lifecycle().install(["crate_label"])
    outcome = lifecycle().uninstall("crate_label", data_folder)
    assert outcome.addons == ("crate_label",)
    with engine.connect() as connection:
        assert differences(before, schema_of(connection)) == []
    with zipfile.ZipFile(outcome.export) as archive:
        assert archive.read("crate.csv") == b"id,label_text,colour_id\n"


@pytest.mark.parametrize("name", ["core", "crate", "nowhere"])
def test_only_what_is_installed_can_go(lifecycle, everything, data_folder, name):
    before = everything()
    with pytest.raises(ResolutionError) as refused:
        lifecycle().uninstall(name, data_folder)
    assert str(refused.value) == f"{name} is not an installed addon"
    assert everything() == before


def test_two_administrators_install_at_once(lifecycle, engine):
    together = Barrier(2)

    def install() -> Outcome:
        acts = lifecycle()
        together.wait(PATIENCE)
        return acts.install(["crate_label"])

    with ThreadPoolExecutor(2) as threads:
        outcomes = [future.result(PATIENCE) for future in [threads.submit(install) for _ in range(2)]]
    assert sorted(len(outcome.addons) for outcome in outcomes) == [0, 2]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM addon WHERE name LIKE 'crate%'")).scalar() == 2
        assert connection.execute(text("SELECT count(*) FROM role WHERE name = 'crate.packer'")).scalar() == 1


SEQUENCES = """
[[sequence]]
id = "slip"
code = "kept.slip"
name = "{name}"
prefix = "{prefix}"
padding = 5

[[role]]
id = "sorter"
name = "kept.sorter"
title = "Sorter"
permissions = {permissions}
"""


def test_an_upgrade_keeps_what_the_user_changed_and_says_so(lifecycle, folder, engine):
    old = SEQUENCES.format(name="Slips", prefix="SL/", permissions='["core.read"]')
    folder.write("kept", files={"data/shipped.toml": old})
    lifecycle().install(["kept"])
    with engine.begin() as connection:
        connection.execute(text("UPDATE sequence SET prefix = 'MINE/' WHERE code = 'kept.slip'"))

    new = SEQUENCES.format(
        name="Packing slips", prefix="PS/{year}/", permissions='["core.read", "core.mail"]'
    )
    folder.write("kept", {"version": "1.1"}, {"data/shipped.toml": new})
    outcome = lifecycle().upgrade()
    assert outcome.addons == ("core", "kept")
    assert outcome.left == (Left("kept.slip", "prefix", shipped="PS/{year}/", kept="MINE/"),)
    query = text("SELECT name, prefix, padding FROM sequence WHERE code = 'kept.slip'")
    with engine.connect() as connection:
        assert tuple(connection.execute(query).one()) == ("Packing slips", "MINE/", 5)
        roles = text("SELECT permissions FROM role WHERE name = 'kept.sorter'")
        assert connection.execute(roles).scalar() == ["core.read", "core.mail"]
        version = connection.execute(text("SELECT version FROM addon WHERE name = 'kept'")).scalar()
    assert version == "1.1"


def test_a_shipped_record_that_is_still_used_stays_and_is_named(lifecycle, folder, engine, data_folder):
    folder.write(
        "lender",
        files={"data/currency.toml": '[[currency]]\nid = "aud"\ncode = "AUD"\nname = "Dollar"\ndigits = 2\n'},
    )
    lifecycle().install(["lender"])
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO company (code, name, currency_code) VALUES ('A', 'A', 'AUD')"))
    outcome = lifecycle().uninstall("lender", data_folder)
    assert outcome.kept == ("lender.aud",)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM currency WHERE code = 'AUD'")).scalar() == 1


def test_ids_and_numbers_never_come_back_to_life(lifecycle, engine, data_folder):
    """What is the host's own and stayed, letters and files of a record, must not find a new one of its id."""

    def crate(connection):
        return connection.execute(
            text("INSERT INTO crate (company_id, name) SELECT id, 'Crate' FROM company RETURNING id")
        ).scalar_one()

    lifecycle().install(["crate"])
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO company (code, name, currency_code) VALUES ('C', 'C', 'USD')"))
        assert [crate(connection) for _ in range(3)] == [1, 2, 3]
    lifecycle().uninstall("crate", data_folder)
    lifecycle().install(["crate"])
    with engine.begin() as connection:
        assert crate(connection) == 4


GROUND = '''
"""{title}"""
from alembic import op
revision, down_revision = "{revision}", {before}

def upgrade():
    op.execute("{statement}")
'''


def test_what_a_new_addon_stands_on_is_upgraded_before_it_comes(lifecycle, folder, engine):
    """Both arrive with one release: the ground floor has grown a column, which the new floor uses."""
    first = {"title": "Begin", "revision": "ground_floor_0001", "before": None}
    first["statement"] = "CREATE TABLE ground_floor (id bigint PRIMARY KEY)"
    files = {"migrations/0001_begin.py": GROUND.format(**first)}
    folder.write("ground_floor", files=files)
    lifecycle().install(["ground_floor"])
    second = {"title": "Grow", "revision": "ground_floor_0002", "before": "'ground_floor_0001'"}
    second["statement"] = "ALTER TABLE ground_floor ADD grown integer"
    folder.write(
        "ground_floor", {"version": "1.1"}, {**files, "migrations/0002_grow.py": GROUND.format(**second)}
    )
    upper = {"title": "Stand", "revision": "upper_floor_0001", "before": None}
    upper["statement"] = "CREATE INDEX upper_floor ON ground_floor (grown)"
    needs = {"depends": ["ground_floor>=1.1"]}
    folder.write("upper_floor", needs, {"migrations/0001_stand.py": GROUND.format(**upper)})
    assert lifecycle().install(["upper_floor"]) == Outcome(("upper_floor",))
    with engine.connect() as connection:
        versions = dict(connection.execute(text("SELECT name, version FROM addon")).all())
        connection.execute(text("SELECT grown FROM ground_floor"))
    assert versions["ground_floor"] == "1.1"
