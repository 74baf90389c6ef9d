"""The board of parts: its figures are those of the lists behind them."""

from datetime import date

import pytest
from flask import current_app

from addons.products import dashboards
from core import m
from core.db import db
from core.screens.boards.dashboards import read_items
from core.security.actor import Actor, set_actor

TODAY = date(2026, 11, 30)


@pytest.fixture
def makers(catalogue, company):
    """Zeta and Alpha with two parts each, Beta with three, and what stands beside them."""
    made = {name: m.Maker(name=name) for name in ("Zeta", "Alpha", "Beta")}
    db.session.add_all(made.values())
    db.session.flush()
    for name, count in (("Zeta", 2), ("Alpha", 2), ("Beta", 2)):
        for n in range(count):
            catalogue.part(f"{name}{n}", f"M{n}", maker_id=made[name].id)
    catalogue.part("service", kind="service", maker_id=made["Beta"].id)
    catalogue.part("old", "M9", maker_id=made["Zeta"].id, active=False)
    catalogue.part("nobody's", "M8")
    set_actor(db.session, Actor(None, "test", company.id, is_superuser=True))
    return made


def test_parts_are_counted_once_for_the_figure_and_the_chart(makers, count_queries):
    assert dashboards.parts(db.session, TODAY).number == 7
    assert dashboards.incomplete(db.session, TODAY).number == 1
    chart = dashboards.by_maker(db.session, TODAY)
    assert list(zip(chart.labels, chart.series[0].values, strict=True)) == [
        ("Beta", 3),
        ("Alpha", 2),
        ("Zeta", 2),
    ]
    assert chart.links[0] == f"/m/product.list?f.active=yes&f.maker_id={makers['Beta'].id}"
    [board] = [board for board in current_app.extensions["dashboards"] if board.name == "purchasing"]
    assert count_queries(lambda: read_items(board, db.session, TODAY)) == 2
