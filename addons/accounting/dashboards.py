"""What finance and sales see first: what is owed, what is late, what was invoiced, to whom.

Every query goes through the record rules, so that a rep's figures are those of the rep's customers. Amounts
of several currencies are never added: a figure says one amount for each. Charts of what was invoiced are in
the company's currency, at the rate of each document, as the ledger has it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from core import m
from core.db import decimals_of
from core.i18n import _, _l, format_month
from core.screens import Chart, Dashboards, Figure, Series
from core.security.actor import actor_of

dashboards = Dashboards()

INVOICES = "/m/accounting.invoice.list"
OPEN_ITEMS = "/m/accounting.open_item.list?f.open=yes"
#: Days overdue, from and to; None is without end.
AGES: Sequence[tuple[int | None, int | None]] = ((None, 0), (1, 30), (31, 60), (61, 90), (91, None))
MONTHS = 12
CUSTOMERS = 10


def _signed(amount: Any) -> ColumnElement[Decimal]:
    """Credit notes count against invoices."""
    return case((m.AccountingInvoice.kind == "credit_note", -amount), else_=amount)


def _posted(*columns: Any, since: date) -> Select[Any]:
    invoice = m.AccountingInvoice
    return select(*columns).where(invoice.state == "posted", invoice.date >= since)


def _open(*columns: Any) -> Select[Any]:
    item = m.AccountingOpenItem
    return select(*columns).where(item.amount != item.allocated)


def _amounts(rows: Iterable[Any]) -> list[tuple[Decimal, str]]:
    return [(amount, currency) for currency, amount in rows if amount]


def _company_currency(session: Any) -> str:
    currency: str = session.get(m.Company, actor_of(session).company_id).currency_code
    return currency


def receivables(session: Any, _today: date) -> Figure:
    """What customers owe, in each currency."""
    item = m.AccountingOpenItem
    query = _open(item.currency_code, func.sum(item.amount - item.allocated)).group_by(item.currency_code)
    return Figure(amounts=_amounts(session.execute(query.order_by(item.currency_code))), link=OPEN_ITEMS)


def overdue(session: Any, today: date) -> Figure:
    """What of it should have been paid by yesterday."""
    item = m.AccountingOpenItem
    query = _open(item.currency_code, func.sum(item.amount - item.allocated)).where(item.due_date < today)
    rows = session.execute(query.group_by(item.currency_code).order_by(item.currency_code)).all()
    link = f"{OPEN_ITEMS}&f.due_date.to={today - timedelta(days=1)}&sort=due_date"
    return Figure(amounts=_amounts(rows), link=link, tone="bad" if _amounts(rows) else "")


def drafts(session: Any, _today: date) -> Figure:
    """Invoices and credit notes that nobody has posted yet."""
    invoice = m.AccountingInvoice
    count = session.scalar(select(func.count(invoice.id)).where(invoice.state == "draft"))
    return Figure(number=count, link=f"{INVOICES}?f.state=draft")


def invoiced(session: Any, today: date) -> Figure:
    """Net of this month's invoices less credit notes, in each currency."""
    invoice, first = m.AccountingInvoice, today.replace(day=1)
    query = _posted(invoice.currency_code, func.sum(_signed(invoice.net)), since=first)
    rows = session.execute(query.group_by(invoice.currency_code).order_by(invoice.currency_code))
    return Figure(amounts=_amounts(rows), link=f"{INVOICES}?f.state=posted&f.date.from={first}")


def received(session: Any, today: date) -> Figure:
    """Payments of this month less what was paid back, in each currency."""
    payment, first = m.AccountingPayment, today.replace(day=1)
    signed = case((payment.direction == "out", -payment.amount), else_=payment.amount)
    query = select(payment.currency_code, func.sum(signed)).where(
        payment.state == "posted", payment.date >= first
    )
    rows = session.execute(query.group_by(payment.currency_code).order_by(payment.currency_code))
    link = f"/m/accounting.payment.list?f.state=posted&f.date.from={first}"
    return Figure(amounts=_amounts(rows), link=link)


def months_back(today: date, count: int) -> list[date]:
    """The first days of the last `count` months, this one included, oldest first."""
    number = today.year * 12 + today.month - 1
    return [date((number - back) // 12, (number - back) % 12 + 1, 1) for back in reversed(range(count))]


def _in(currency: str) -> ColumnElement[Decimal]:
    """The net amounts together, each converted into the company's currency."""
    invoice = m.AccountingInvoice
    return func.sum(_signed(func.round(invoice.net * invoice.exchange_rate, decimals_of(currency))))


def invoiced_by_month(session: Any, today: date) -> Chart:
    """Net of each of the last twelve months."""
    months = months_back(today, MONTHS)
    month = func.date_trunc("month", m.AccountingInvoice.date)
    currency = _company_currency(session)
    query = _posted(month, _in(currency), since=months[0]).group_by(month)
    found = {at.date(): amount for at, amount in session.execute(query)}
    return Chart(
        labels=[format_month(first) for first in months],
        series=[Series(_("Invoiced, net"), [found.get(first, Decimal(0)) for first in months])],
        links=[f"{INVOICES}?f.state=posted&f.date.from={a}&f.date.to={b}" for a, b in _spans(months)],
        currency=currency,
    )


def _spans(months: Sequence[date]) -> list[tuple[date, date]]:
    nexts = [(first + timedelta(days=31)).replace(day=1) for first in months]
    return [(first, after - timedelta(days=1)) for first, after in zip(months, nexts, strict=True)]


def ageing(session: Any, today: date) -> Chart:
    """What is open by days overdue, a series for each currency."""
    item = m.AccountingOpenItem
    late = today - item.due_date
    bucket = case(*((late <= upto, n) for n, (_from, upto) in enumerate(AGES) if upto is not None), else_=4)
    query = _open(item.currency_code, bucket, func.sum(item.amount - item.allocated))
    found: dict[str, dict[int, Decimal]] = {}
    for currency, n, amount in session.execute(query.group_by(item.currency_code, bucket)):
        found.setdefault(currency, {})[n] = amount
    return Chart(
        labels=[_age_label(low, high) for low, high in AGES],
        series=[
            Series(currency, [found[currency].get(n, Decimal(0)) for n in range(len(AGES))], currency)
            for currency in sorted(found)
        ],
        links=[_age_link(today, low, high) for low, high in AGES],
    )


def _age_label(low: int | None, high: int | None) -> str:
    if low is None:
        return _("Not due")
    if high is None:
        return _("Over %(days)s days", days=low - 1)
    return _("%(low)s to %(high)s days", low=low, high=high)


def _age_link(today: date, low: int | None, high: int | None) -> str:
    bounds = "" if high is None else f"&f.due_date.from={today - timedelta(days=high)}"
    return OPEN_ITEMS + bounds + ("" if low is None else f"&f.due_date.to={today - timedelta(days=low)}")


def best_customers(session: Any, today: date) -> Chart:
    """Who was invoiced most in the last twelve months."""
    invoice, partner = m.AccountingInvoice, m.Partner
    currency = _company_currency(session)
    since, total = months_back(today, MONTHS)[0], _in(currency)
    query = _posted(partner.id, partner.name, total, since=since)
    query = query.join(partner, partner.id == invoice.partner_id)
    rows = session.execute(query.group_by(partner.id).order_by(total.desc()).limit(CUSTOMERS)).all()
    return Chart(
        labels=[name for _id, name, _total in rows],
        series=[Series(_("Invoiced, net"), [amount for _id, _name, amount in rows])],
        links=[f"{INVOICES}?f.state=posted&f.partner_id={key}&f.date.from={since}" for key, *_rest in rows],
        kind="across",
        currency=currency,
    )


READ = "accounting.read"
dashboards.board("finance", _l("Finance"), permission="accounting.post", position=10)
dashboards.board("sales", _l("Customers and sales"), permission=READ, position=20)
for board in ("finance", "sales"):
    dashboards.figure(board, "receivables", _l("Open receivables"), receivables, permission=READ)
    dashboards.figure(board, "overdue", _l("Overdue"), overdue, permission=READ)
    dashboards.figure(board, "invoiced", _l("Invoiced this month"), invoiced, permission=READ)
dashboards.figure("finance", "received", _l("Received this month"), received, permission=READ)
dashboards.figure("finance", "drafts", _l("Drafts to post"), drafts, permission=READ)
dashboards.chart("finance", "ageing", _l("Open receivables by age"), ageing, permission=READ)
for board in ("finance", "sales"):
    dashboards.chart(board, "by_month", _l("Invoiced by month"), invoiced_by_month, permission=READ)
dashboards.chart("sales", "customers", _l("Customers by net invoiced"), best_customers, permission=READ)
