"""A month of payables from the command line."""

import json

import pytest

from addons.supplier_payables.cli import payables
from core import m
from core.db import db
from tests.addons.supplier_payables.conftest import day, workbook

pytestmark = pytest.mark.addons("supplier_payables")


@pytest.fixture
def bincard(app, office):
    """A call of `bincard payables`: what it prints as JSON, or in a line why it is refused."""
    db.session.commit()

    def call(*words):
        done = app.test_cli_runner().invoke(payables, [*words, "--json"])
        db.session.rollback()
        db.session.expire_all()
        return json.loads(done.output) if done.exit_code == 0 else done.output

    return call


def test_a_month_is_stated_asked_matched_and_watched(office, bincard, tmp_path):
    db.session.get_one(m.Partner, office.vendor).email = "sales@maker.example"
    silent = office.partner("V2", settlement="period")
    office.partner("V3", settlement="period")
    move = office.got(office.parts[0], 100, 1, day(3))
    office.got(office.parts[1], 10, 1, day(3), partner=silent)
    db.session.commit()
    period = ("--until", "2025-10-31")
    assert "run it first" in bincard("status", *period)
    done = bincard("run", *period)
    assert done["created"] == 2 and list(done["skipped"]) == ["V3"]
    assert bincard("run", *period)["created"] == 0
    asked = bincard("send", *period)
    assert asked["sent"] == 1 and "Supplier V2" in next(iter(asked["not_sent"].values()))
    assert bincard("send", *period)["sent"] == 0
    first, second = bincard("status", *period)
    (tmp_path / "list.xlsx").write_bytes(
        workbook(
            [("PO no.", "Part no.", "Qty", "Unit price"), (move.purchase_line.order.number, "P0", 100, 1)]
        )
    )
    matched = bincard("match", first, str(tmp_path / "list.xlsx"))
    assert matched == {"lines": 1, "not_compared": 0, "undecided": 1, "exact": 1}
    assert bincard("status", *period)[second] == {"state": "draft", "undecided": 0, "exact": 0}
    assert "there is no statement" in bincard("match", "AP/0", str(tmp_path / "list.xlsx"))
    assert "No period of this cycle" in bincard("run", "--until", "2025-10-30")
