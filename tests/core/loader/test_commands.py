"""`bincard addon …` for people and for programs."""

import zipfile
from pathlib import Path

from tests.written import answer


def test_an_addon_comes_and_goes_by_commands(bincard, everything, data_folder):
    schema, _ = everything()
    listed = answer(bincard("addon", "list", "--json"))
    rows = {row["name"]: row for row in listed["addons"]}
    assert rows["core"]["installed"] == "0.1.0"
    assert rows["crate"] == {"name": "crate", "installed": None, "version": "1.0", "title": "Crates"}
    assert listed["problems"] == []

    assert answer(bincard("addon", "plan", "crate_label", "--json")) == {
        "order": ["crate", "crate_label"],
        "graph": {"crate": [], "crate_label": ["crate"]},
        "migrations": {
            "crate": ["crate_0001 Create crates"],
            "crate_label": ["crate_label_0001 Label crates"],
        },
        "removes": {"tables": {}, "columns": {}},
    }
    assert bincard("addon", "plan", "crate_label").stdout.splitlines() == [
        "crate ← core",
        "crate_label ← crate",
        "  migrates crate: crate_0001 Create crates",
        "  migrates crate_label: crate_label_0001 Label crates",
    ]
    nothing = {"left": [], "kept": [], "export": None}
    installed = answer(bincard("addon", "install", "crate_label", "--json"))
    assert installed == {"installed": ["crate", "crate_label"], **nothing}
    assert answer(bincard("addon", "install", "crate", "--json")) == {"installed": [], **nothing}
    assert bincard("addon", "plan", "crate").stdout == "nothing to do\n"

    planned = bincard("addon", "plan", "crate_label", "--uninstall").stdout.splitlines()
    assert planned == [
        "crate_label ← crate",
        "  removes table label_colour with 0 rows",
        "  removes crate.label_text",
        "  removes crate.colour_id",
    ]
    refused = bincard("addon", "uninstall", "crate_label")
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == "Remove all of this? [y/N]: Aborted!"

    removed = answer(bincard("addon", "uninstall", "crate", "--yes", "--json"))
    assert removed["removed"] == ["crate_label", "crate"]
    assert Path(removed["export"]).parent == data_folder / "exports"
    assert zipfile.is_zipfile(removed["export"])
    assert everything()[0] == schema


def test_an_upgrade_says_what_it_left(bincard, folder, engine):
    data = "[[sequence]]\nid = 'slip'\ncode = 'told.slip'\nname = 'Slips'\nprefix = '{}'\n"
    folder.write("told", files={"data/a.toml": data.format("A/")})
    assert bincard("addon", "install", "told").stdout == "installed told\n"
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sequence SET prefix = 'MINE/' WHERE code = 'told.slip'")
    folder.write("told", files={"data/a.toml": data.format("B/")})
    assert bincard("addon", "upgrade").stdout.splitlines() == [
        "upgraded core, told",
        "  left told.slip.prefix as you set it: 'MINE/' (shipped: 'B/')",
    ]
    folder.write("told", files={"data/a.toml": data.format("C/")})
    left = answer(bincard("addon", "upgrade", "--json"))["left"]
    assert left == [{"key": "told.slip", "field": "prefix", "shipped": "C/", "kept": "MINE/"}]


def test_what_cannot_be_found_is_told_in_a_line_each(bincard, folder):
    folder.write("lonely", {"depends": ["absent"]})
    done = bincard("addon", "install", "lonely", "nowhere")
    assert done.returncode == 1
    assert done.stderr == (
        "bincard: the addon nowhere is not found\nlonely needs the addon absent, which is not found\n"
    )


def test_an_empty_or_absent_database_is_told_in_a_line(bincard, database):
    absent = bincard(
        "inspect", "model", "company", DATABASE_URL="postgresql+psycopg://nobody@/none?host=/none"
    )
    assert absent.returncode == 1
    assert absent.stderr.startswith("bincard: the database does not answer: ")
    assert absent.stderr.endswith("\nCheck DATABASE_URL.\n")


def test_a_name_that_is_no_name_is_told_in_a_line(bincard, folder):
    done = bincard("addon", "new", "No-Name", "--folder", str(folder.path))
    said = "bincard: 'No-Name' is no name for an addon: use 2 to 25 small letters, digits and underscores\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
    folder.write("taken")
    done = bincard("addon", "new", "taken", "--folder", str(folder.path))
    said = f"bincard: {folder.path / 'taken'} exists already: choose another name or folder\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
