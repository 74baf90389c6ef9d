"""What is to be decided about substitutes, what customers are asked, and what was taken."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from addons.substitutes.rule_screens import short_again
from core import m
from core.i18n import _, _l
from core.screens import Chart, Dashboards, Figure, Series

dashboards = Dashboards()
READ = "sales.read"
CHOICES = "/m/substitute.choice.list"
PARTS = 10


def proposed(session: Any, _today: date) -> Figure:
    """Pairs that nobody has judged."""
    pair = m.Substitute
    count = session.scalar(select(func.count(pair.id)).where(pair.state == "proposed"))
    return Figure(int(count or 0), link="/m/substitute.list?f.state=proposed")


def asked(session: Any, _today: date) -> Figure:
    """Questions that customers have not answered."""
    consent = m.SubstituteConsent
    count = session.scalar(select(func.count(consent.id)).where(consent.state == "asked"))
    return Figure(int(count or 0), link="/m/substitute.consent.list?f.state=asked")


def complaints(session: Any, _today: date) -> Figure:
    """What customers complained of."""
    choice = m.SubstituteChoice
    count = session.scalar(select(func.count(choice.id)).where(choice.complaint != ""))
    return Figure(int(count or 0), link=f"{CHOICES}?f.complained=yes", tone="bad" if count else "")


def again(session: Any, _today: date) -> Figure:
    """Parts that several orders were short of."""
    choice = m.SubstituteChoice
    count = session.scalar(select(func.count(choice.id)).where(short_again(choice)))
    return Figure(int(count or 0), link="/m/substitute.short_part.list")


def by_part(session: Any, _today: date) -> Chart:
    """The parts that were replaced most often."""
    return _counted(session, m.SubstituteChoice.product_id, "product_id")


def by_substitute(session: Any, _today: date) -> Chart:
    """The parts that were given most often."""
    return _counted(session, m.SubstituteChoice.substitute_id, "substitute_id")


def _counted(session: Any, column: Any, name: str) -> Chart:
    choice, product = m.SubstituteChoice, m.Product
    query = select(product.id, product.code, func.count(choice.id)).join(product, product.id == column)
    query = query.where(choice.outcome == "accepted").group_by(product.id, product.code)
    rows = session.execute(query.order_by(func.count(choice.id).desc(), product.code).limit(PARTS)).all()
    return Chart(
        labels=[code for _id, code, _count in rows],
        series=[Series(_("Taken"), [count for _id, _code, count in rows])],
        links=[f"{CHOICES}?f.outcome=accepted&f.{name}={key}" for key, _code, _count in rows],
        kind="across",
    )


dashboards.board("substitutes", _l("Substitutes"), permission=READ, position=6)
for name, label, figure in (
    ("proposed", _l("Substitutes to decide"), proposed),
    ("asked", _l("Customers who are asked"), asked),
    ("complaints", _l("Complaints about substitutes"), complaints),
    ("again", _l("Parts short again and again"), again),
):
    dashboards.figure("substitutes", name, label, figure, permission=READ)
dashboards.chart("substitutes", "by_part", _l("Replaced most often"), by_part, permission=READ)
dashboards.chart("substitutes", "by_substitute", _l("Given most often"), by_substitute, permission=READ)
