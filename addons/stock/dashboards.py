"""What the warehouse sees first: what goes out and comes in today, what is short, how old stock is."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from addons.stock import part_screens
from addons.stock.services.ageing import AGES, Ageing, ageing
from core import m
from core.i18n import _, _l
from core.screens import Chart, Dashboards, Figure, Series, shared
from core.security.actor import actor_of

dashboards = Dashboards()
dashboards.board("warehouse", _l("Warehouse"), permission="stock.do", position=25)

TRANSFERS = "/m/stock.transfer.list?f.state=draft"


def _drafts(session: Any, kind: str, until: date) -> int:
    transfer = m.StockTransfer
    query = select(func.count(transfer.id)).where(
        transfer.state == "draft", transfer.kind == kind, transfer.planned <= until
    )
    return int(session.scalar(query) or 0)


def deliveries(session: Any, today: date) -> Figure:
    """Deliveries that are due."""
    link = f"{TRANSFERS}&f.kind=delivery&f.planned.to={today}"
    return Figure(number=_drafts(session, "delivery", today), link=link)


def receipts(session: Any, today: date) -> Figure:
    """Goods that should come in."""
    link = f"{TRANSFERS}&f.kind=receipt&f.planned.to={today}"
    return Figure(number=_drafts(session, "receipt", today), link=link)


def late(session: Any, today: date) -> Figure:
    """Transfers of any kind that were due before today."""
    transfer, yesterday = m.StockTransfer, date.fromordinal(today.toordinal() - 1)
    query = select(func.count(transfer.id)).where(transfer.state == "draft", transfer.planned <= yesterday)
    number = int(session.scalar(query) or 0)
    return Figure(number=number, link=f"{TRANSFERS}&f.planned.to={yesterday}", tone="bad" if number else "")


def short(session: Any, _today: date) -> Figure:
    """Moves for which nothing is reserved: what is promised and not there."""
    number = session.scalar(select(func.count(m.StockMove.id)).where(part_screens.outgoing(m.StockMove)))
    return Figure(
        number=int(number or 0),
        link="/m/stock.move.list?f.outgoing=yes",
        tone="bad" if number else "",
    )


def _company(session: Any) -> Any:
    return session.get_one(m.Company, actor_of(session).company_id)


def worth(session: Any, _today: date) -> Figure:
    """What all of it is worth."""
    amount = session.scalar(select(func.coalesce(func.sum(m.StockWorth.amount), 0)))
    return Figure(amounts=[(amount, _company(session).currency_code)], link="/m/stock.worth.list")


@shared
def _by_receipt(session: Any, today: date) -> Ageing:
    company = _company(session)
    return ageing(session, company.id, company.currency_code, today)


@shared
def _by_code(session: Any, today: date) -> Ageing:
    company = _company(session)
    return ageing(session, company.id, company.currency_code, today, by_code=True)


def _labels() -> list[str]:
    def days(low: int, high: int | None) -> str:
        return _("over %(days)s days", days=low - 1) if high is None else f"{low}–{high}"

    return [days(low, high) for low, high in AGES]


def by_receipt(session: Any, today: date) -> Chart:
    """What stock is worth by the day it was received."""
    return _chart(session, _by_receipt(session, today))


def by_code(session: Any, today: date) -> Chart:
    """What stock is worth by the week that the maker has printed."""
    return _chart(session, _by_code(session, today))


def _chart(session: Any, aged: Ageing) -> Chart:
    labels, values = _labels(), list(aged.amounts)
    if aged.unknown:
        labels, values = [*labels, _("not known")], [*values, aged.unknown]
    return Chart(labels, [Series(_("Value"), values)], currency=str(_company(session).currency_code))


_READ, _COST = "stock.read", "products.cost"
dashboards.figure("warehouse", "stock.deliveries", _l("To deliver today"), deliveries, permission=_READ)
dashboards.figure("warehouse", "stock.receipts", _l("To receive today"), receipts, permission=_READ)
dashboards.figure("warehouse", "stock.late", _l("Late transfers"), late, permission=_READ)
dashboards.figure("warehouse", "stock.short", _l("Short moves"), short, permission=_READ)
dashboards.figure("warehouse", "stock.worth", _l("Value of stock"), worth, permission=_COST)
dashboards.chart("warehouse", "stock.ageing", _l("Value by days since receipt"), by_receipt, permission=_COST)
dashboards.chart("warehouse", "stock.codes", _l("Value by days since date code"), by_code, permission=_COST)
