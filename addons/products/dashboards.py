"""The parts that are traded, and what is missing of them."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from addons.products import screens
from core import m
from core.i18n import _, _l
from core.screens import Chart, Dashboards, Figure, Series

dashboards = Dashboards()
PRODUCTS = "/m/product.list"
MAKERS = 12


def parts(session: Any, _today: date) -> Figure:
    """Parts that are traded."""
    product = m.Product
    count = session.scalar(select(func.count()).where(product.active, product.kind == "goods"))
    return Figure(number=count, link=f"{PRODUCTS}?f.active=yes&f.kind=goods")


def incomplete(session: Any, _today: date) -> Figure:
    """Parts that nobody can order by their maker's number."""
    product = m.Product
    goods = select(func.count(product.id)).where(product.active, product.kind == "goods")
    count = session.scalar(goods.where(screens.incomplete(product)))
    link = f"{PRODUCTS}?f.active=yes&f.kind=goods&f.incomplete=yes"
    return Figure(number=count, link=link, tone="bad" if count else "")


def by_maker(session: Any, _today: date) -> Chart:
    """How many parts of each maker there are."""
    product, maker = m.Product, m.Maker
    counted = select(product.maker_id, func.count().label("parts")).where(product.active)
    # Counted by the index alone, before the names come to it.
    by_key = counted.group_by(product.maker_id).subquery()
    query = select(maker.id, maker.name, by_key.c.parts).join(by_key, by_key.c.maker_id == maker.id)
    rows = session.execute(query.order_by(by_key.c.parts.desc(), maker.name).limit(MAKERS)).all()
    return Chart(
        labels=[name for _id, name, _count in rows],
        series=[Series(_("Parts"), [number for _id, _name, number in rows])],
        links=[f"{PRODUCTS}?f.active=yes&f.maker_id={key}" for key, _name, _count in rows],
        kind="across",
    )


dashboards.board("purchasing", _l("Parts"), permission="products.write", position=30)
dashboards.figure("purchasing", "parts", _l("Parts"), parts, permission="products.read")
dashboards.figure(
    "purchasing",
    "incomplete",
    _l("Parts without maker or part number"),
    incomplete,
    permission="products.read",
)
dashboards.chart("purchasing", "by_maker", _l("Parts by maker"), by_maker, permission="products.read")
