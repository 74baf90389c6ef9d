"""An addon that the product does not know: from a second folder, and from an installed package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import TEST_ADDONS, database_url
from tests.patience import PATIENCE
from tests.schema import differences, rows_of, schema_of
from tests.written import answer, run_python

SETUP = """
[metadata]
name = bincard-specimen-club
version = 1.0

[options]
packages = bincard_specimen_club

[options.package_data]
* = **/*

[options.entry_points]
bincard.addons =
    specimen_club = bincard_specimen_club
"""


@pytest.fixture
def addons() -> tuple[str, ...]:
    """What the specimen stands on."""
    return ("billing_statements",)


@pytest.fixture
def in_a_folder(tmp_path: Path) -> dict[str, str]:
    """The settings with which the addon is found in a second folder."""
    shutil.copytree(TEST_ADDONS / "specimen_club", tmp_path / "theirs" / "specimen_club")
    return {"BINCARD_ADDONS_PATH": str(tmp_path / "theirs")}


@pytest.fixture
def in_a_package(tmp_path: Path) -> dict[str, str]:
    """The settings with which the addon is found as an installed package."""
    project, site = tmp_path / "project", tmp_path / "site"
    shutil.copytree(TEST_ADDONS / "specimen_club", project / "bincard_specimen_club")
    (project / "bincard_specimen_club" / "__init__.py").touch()
    (project / "setup.cfg").write_text(SETUP, encoding="utf-8")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    )
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    pip += ["--disable-pip-version-check", "--target", str(site), str(project)]
    subprocess.run(pip, check=True, capture_output=True, timeout=PATIENCE)
    further = os.environ.get("PYTHONPATH", "")
    return {"BINCARD_ADDONS_PATH": "", "PYTHONPATH": os.pathsep.join(filter(None, (str(site), further)))}


@pytest.mark.parametrize("found", ["in_a_folder", "in_a_package"])
def test_it_adds_to_model_screen_document_and_menu_and_goes_without_a_trace(
    request, bincard, engine, database, found
):
    settings = request.getfixturevalue(found)
    with engine.connect() as connection:
        before = schema_of(connection), rows_of(connection)

    def run(*arguments):
        return answer(bincard(*arguments, "--json", **settings))

    assert run("addon", "install", "specimen_club")["installed"] == ["specimen_club"]

    model = run("inspect", "model", "partner")
    own = "addons.specimen_club.models" if found == "in_a_folder" else "bincard_specimen_club.models"
    assert model["fragments"] == [
        "partners: addons.partners.models",
        "accounting: addons.accounting.models.terms",
        "billing_statements: addons.billing_statements.models.customers",
        f"specimen_club: {own}",
    ]
    assert model["attributes"]["club_id"] == [{"addon": "specimen_club", "kind": "column"}]
    assert model["attributes"]["club"] == [{"addon": "specimen_club", "kind": "relationship"}]
    assert model["attributes"]["addresses_for"] == [
        {"addon": "partners", "kind": "method"},
        {"addon": "specimen_club", "kind": "method"},
    ]

    nodes = run("inspect", "screen", "partner.form")["nodes"]
    order = [(node["name"], node["addon"]) for node in nodes]
    at = order.index(("currency_code", "partners"))
    assert order[at : at + 3] == [
        ("currency_code", "partners"),
        ("club_id", "specimen_club"),
        ("payment_term_id", "accounting"),
    ]

    shown = answer(run_python("-m", "tests.core.loader.club_at_work", **_environment(database, settings)))
    assert shown["addresses"] == "m@example.com, club@example.com"
    assert shown["members"] == ["M"]
    assert '<p class="club">Member of Pearl River Buyers</p>' in shown["statement"]["en"]
    assert '<p class="club">Pearl River Buyers 成员</p>' in shown["statement"]["zh_CN"]
    assert shown["menu"][-1] == "Clubs"

    assert run("addon", "uninstall", "specimen_club", "--yes")["removed"] == ["specimen_club"]
    with engine.connect() as connection:
        assert differences(before[0], schema_of(connection)) == []
        assert rows_of(connection) == before[1]


def _environment(database, settings):
    return {"DATABASE_URL": database_url(database), **settings}
