"""The parts that are traded, and what is missing of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from addons.products import screens
from core import m
from core.i18n import _, _l
from core.screens import Chart, Dashboards, Figure, Series, shared

dashboards = Dashboards()
PRODUCTS = "/m/product.list"
MAKERS = 12


@shared
def _traded(session: Any, _today: date) -> Sequence[Any]:
    """How many parts of each maker and kind there are, by the makers' names: one pass over their index."""
    product, maker = m.Product, m.Maker
    counted = select(product.maker_id, product.kind, func.count().label("parts")).where(product.active)
    # Counted by the index alone, before the names come to it.
    by_key = counted.group_by(product.maker_id, product.kind).subquery()
    query = select(*by_key.c, maker.name).outerjoin(maker, maker.id == by_key.c.maker_id)
    return session.execute(query.order_by(maker.name)).all()


def parts(session: Any, today: date) -> Figure:
    """Parts that are traded."""
    count = sum(row.parts for row in _traded(session, today) if row.kind == "goods")
    return Figure(number=count, link=f"{PRODUCTS}?f.active=yes&f.kind=goods")


def incomplete(session: Any, _today: date) -> Figure:
    """Parts that nobody can order by their maker's number."""
    product = m.Product
    goods = select(func.count(product.id)).where(product.active, product.kind == "goods")
    count = session.scalar(goods.where(screens.incomplete(product)))
    link = f"{PRODUCTS}?f.active=yes&f.kind=goods&f.incomplete=yes"
    return Figure(number=count, link=link, tone="bad" if count else "")


def by_maker(session: Any, today: date) -> Chart:
    """How many parts of each maker there are."""
    found = Counter[tuple[int, str]]()
    for row in _traded(session, today):
        if row.maker_id is not None:
            found[row.maker_id, row.name] += row.parts
    most = found.most_common(MAKERS)
    return Chart(
        labels=[name for (_key, name), _count in most],
        series=[Series(_("Parts"), [count for _maker, count in most])],
        links=[f"{PRODUCTS}?f.active=yes&f.maker_id={key}" for (key, _name), _count in most],
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
