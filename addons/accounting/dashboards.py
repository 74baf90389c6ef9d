"""What finance and sales see first: what is owed, what is late, what was invoiced, to whom.

Every query goes through the record rules, so that a rep's figures are those of the rep's customers. Amounts
of several currencies are never added: a figure says one amount for each. Charts of what was invoiced are in
the company's currency, at the rate of each document, as the ledger has it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, tuple_

from addons.accounting.services.ageing import AGES
from addons.accounting.services.dso import Outstanding, first_day, in_days_of, open_value
from core import m
from core.db import decimals_of
from core.i18n import _, _l, format_month
from core.screens import Chart, Dashboards, Figure, Series, shared
from core.security.actor import actor_of

dashboards = Dashboards()

INVOICES = "/m/accounting.invoice.list"
#: Of what customers owe, and of what suppliers are owed.
OPEN_ITEMS = "/m/accounting.open_item.list?f.open=yes&f.side=receivable"
AGED = "/accounting/aged-receivables"
OWED_ITEMS = "/m/accounting.open_item.list?f.open=yes&f.side=payable"
MONTHS = 12
CUSTOMERS = 10
#: So much of what is open may be overdue, in percent, before somebody has to act.
MUCH_OVERDUE = 25


def _signed(amount: Any) -> ColumnElement[Decimal]:
    """Credit notes count against invoices."""
    return case((m.AccountingInvoice.kind == "credit_note", -amount), else_=amount)


def _posted(*columns: Any, since: date) -> Select[Any]:
    invoice = m.AccountingInvoice
    return select(*columns).where(invoice.state == "posted", invoice.date >= since)


@shared
def _open(session: Any, _today: date) -> Sequence[Any]:
    """What is open of customers and suppliers by currency, due date and direction: one pass for all figures.

    `left` is in the currency of the items, `value` in that of the books.
    """
    item = m.AccountingOpenItem
    groups = (item.side, item.currency_code, item.due_date, (item.amount > 0).label("is_debit"))
    sums = (func.sum(item.amount - item.allocated).label("left"), func.sum(open_value(item)).label("value"))
    # Partner by partner: PostgreSQL cannot know that few items are open, and would read all there ever were.
    partners = func.array(select(m.Partner.id).scalar_subquery())
    query = select(*groups, *sums).where(item.allocated != item.amount, item.partner_id == func.any(partners))
    return session.execute(query.group_by(*groups)).all()


def _amounts(rows: Iterable[Any]) -> list[tuple[Decimal, str]]:
    return [(amount, currency) for currency, amount in rows if amount]


def _own_first(session: Any, rows: Iterable[Any]) -> list[tuple[Decimal, str]]:
    """The company's currency first: the one that everybody thinks in."""
    own = _company_currency(session)
    return sorted(_amounts(rows), key=lambda amount: (amount[1] != own, amount[1]))


def _company_currency(session: Any) -> str:
    currency: str = session.get(m.Company, actor_of(session).company_id).currency_code
    return currency


@shared
def _ages(session: Any, today: date) -> dict[str, list[Decimal]]:
    """What customers owe in each currency by its age."""
    return _by_age(session, today, "receivable", 1)


@shared
def _owed_ages(session: Any, today: date) -> dict[str, list[Decimal]]:
    """What suppliers are owed in each currency by its age."""
    return _by_age(session, today, "payable", -1)


def _by_age(session: Any, today: date, side: str, sign: int) -> dict[str, list[Decimal]]:
    """What is open on a side in each currency by its age; the company's currency first.

    Money and credits that belong to nothing yet stand in a last place of their own, as in the aged report:
    they make nothing less late until they are applied.
    """
    found: dict[str, list[Decimal]] = {}
    for row in _open(session, today):
        if row.side == side:
            ages = found.setdefault(row.currency_code, [Decimal(0)] * (len(AGES) + 1))
            late = (today - row.due_date).days
            age = next(n for n, (_low, high) in enumerate(AGES) if high is None or late <= high)
            ages[age if row.is_debit == (sign > 0) else -1] += sign * row.left
    own = _company_currency(session)
    return {currency: found[currency] for currency in sorted(found, key=lambda code: (code != own, code))}


def receivables(session: Any, today: date) -> Figure:
    """What customers owe, in each currency."""
    return Figure(
        amounts=_amounts((c, sum(ages)) for c, ages in _ages(session, today).items()), link=OPEN_ITEMS
    )


def overdue(session: Any, today: date) -> Figure:
    """What of it should have been paid by yesterday."""
    late = _amounts((currency, sum(ages[1:-1])) for currency, ages in _ages(session, today).items())
    link = f"{OPEN_ITEMS}&f.due_date.to={today - timedelta(days=1)}&sort=due_date"
    return Figure(amounts=late, link=link, tone="bad" if late else "")


@shared
def _outstanding(session: Any, today: date) -> Outstanding:
    """What receivables are in days: one pass for the figures of them."""
    sales: dict[date, Decimal] = defaultdict(Decimal)
    for sold in _sold(session, today):
        if sold.date <= today:
            sales[sold.date] += _of_kind(sold.kind, sold.total * sold.exchange_rate)
    owed = [row for row in _open(session, today) if row.side == "receivable"]
    late = [row.value for row in owed if row.is_debit and row.due_date < today]
    left = sum((row.value for row in owed), Decimal(0)), sum(late, Decimal(0))
    return in_days_of(left, sales, today)


@shared
def _sold(session: Any, today: date) -> Sequence[Any]:
    """What was invoiced by day, kind, currency and rate, over all months that any item of the board asks for:
    net, tax included, and net in the company's currency where that is another one."""
    invoice, own = m.AccountingInvoice, _company_currency(session)
    foreign = func.sum(_converted(own)).filter(invoice.currency_code != own)
    groups = (invoice.date, invoice.kind, invoice.currency_code, invoice.exchange_rate)
    sums = (
        func.sum(invoice.net).label("net"),
        func.sum(invoice.total).label("total"),
        foreign.label("foreign"),
    )
    query = _posted(*groups, *sums, since=first_day(today)).group_by(*groups)
    return session.execute(query).all()


def _of_kind(kind: str, amount: Decimal) -> Decimal:
    return -amount if kind == "credit_note" else amount


def days_outstanding(session: Any, today: date) -> Figure:
    """How many days of sales are still to be paid, counted back from today."""
    found = _outstanding(session, today)
    if found.counted_back is None:
        return Figure()
    note = in_days(found)
    return Figure(number=round(found.counted_back), link=AGED, note=note)


def in_days(found: Outstanding) -> str:
    """What the figure of days is, in words, with the simple one beside it."""
    if found.beyond:
        return _("days at least: two years of sales do not cover what is open")
    if found.simple is None:
        return _("days, counted back by months; nothing was sold in 90 days")
    return _("days, counted back by months; %(days)s by the sales of 90 days", days=round(found.simple))


def overdue_share(session: Any, today: date) -> Figure:
    """How much of what is open is overdue."""
    share = _outstanding(session, today).overdue_percent
    if share is None:
        return Figure()
    tone = "bad" if share > MUCH_OVERDUE else ""
    return Figure(number=round(share), link=AGED, note=_("% of what is open"), tone=tone)


def payables(session: Any, today: date) -> Figure:
    """What suppliers are owed, in each currency."""
    owed = _amounts((c, sum(ages)) for c, ages in _owed_ages(session, today).items())
    return Figure(amounts=owed, link=OWED_ITEMS)


def overdue_payables(session: Any, today: date) -> Figure:
    """What of it should have been paid by yesterday."""
    late = _amounts((currency, sum(ages[1:-1])) for currency, ages in _owed_ages(session, today).items())
    link = f"{OWED_ITEMS}&f.due_date.to={today - timedelta(days=1)}&sort=due_date"
    return Figure(amounts=late, link=link, tone="bad" if late else "")


def draft_bills(session: Any, _today: date) -> Figure:
    """Bills that nobody has posted yet."""
    bill = m.AccountingBill
    count = session.scalar(select(func.count(bill.id)).where(bill.state == "draft"))
    return Figure(number=count, link="/m/accounting.bill.list?f.state=draft")


def drafts(session: Any, _today: date) -> Figure:
    """Invoices and credit notes that nobody has posted yet."""
    invoice = m.AccountingInvoice
    count = session.scalar(select(func.count(invoice.id)).where(invoice.state == "draft"))
    return Figure(number=count, link=f"{INVOICES}?f.state=draft")


def invoiced(session: Any, today: date) -> Figure:
    """Net of this month's invoices less credit notes, in each currency."""
    invoice, first = m.AccountingInvoice, today.replace(day=1)
    query = _posted(invoice.currency_code, func.sum(_signed(invoice.net)), since=first)
    rows = session.execute(query.group_by(invoice.currency_code))
    return Figure(amounts=_own_first(session, rows), link=f"{INVOICES}?f.state=posted&f.date.from={first}")


def received(session: Any, today: date) -> Figure:
    """Payments of this month less what was paid back, in each currency."""
    payment, first = m.AccountingPayment, today.replace(day=1)
    signed = case((payment.direction == "out", -payment.amount), else_=payment.amount)
    query = select(payment.currency_code, func.sum(signed)).where(
        payment.state == "posted", payment.side == "receivable", payment.date >= first
    )
    rows = session.execute(query.group_by(payment.currency_code))
    link = f"/m/accounting.payment.list?f.state=posted&f.side=receivable&f.date.from={first}"
    return Figure(amounts=_own_first(session, rows), link=link)


def months_back(today: date, count: int) -> list[date]:
    """The first days of the last `count` months, this one included, oldest first."""
    number = today.year * 12 + today.month - 1
    return [date((number - back) // 12, (number - back) % 12 + 1, 1) for back in reversed(range(count))]


def _converted(own: str) -> ColumnElement[Decimal]:
    return func.round(m.AccountingInvoice.net * m.AccountingInvoice.exchange_rate, decimals_of(own))


def _net(own: str) -> ColumnElement[Decimal]:
    """The net amounts in the company's currency, each document at its own rate, as the ledger has it."""
    invoice = m.AccountingInvoice
    # Most are in the company's currency, and a multiplication costs more than reading the row.
    return func.sum(case((invoice.currency_code == own, invoice.net), else_=_converted(own)))


@shared
def _invoiced(session: Any, today: date) -> tuple[dict[date, Decimal], dict[int, Decimal]]:
    """Net of the last twelve months by the first day of each, and by customer: one pass for both."""
    invoice, net = m.AccountingInvoice, _net(_company_currency(session))
    sets = func.grouping_sets(tuple_(invoice.date, invoice.kind), tuple_(invoice.partner_id, invoice.kind))
    query = _posted(invoice.date, invoice.partner_id, invoice.kind, net, since=months_back(today, MONTHS)[0])
    months: dict[date, Decimal] = defaultdict(Decimal)
    customers: dict[int, Decimal] = defaultdict(Decimal)
    for day, partner, kind, amount in session.execute(query.group_by(sets)):
        signed = _of_kind(kind, amount)
        if partner is None:
            months[day.replace(day=1)] += signed
        else:
            customers[partner] += signed
    return months, customers


def invoiced_by_month(session: Any, today: date) -> Chart:
    """Net of each of the last twelve months."""
    own, found = _company_currency(session), defaultdict[date, Decimal](Decimal)
    for sold in _sold(session, today):
        net = sold.net if sold.currency_code == own else sold.foreign
        found[sold.date.replace(day=1)] += _of_kind(sold.kind, net)
    return _by_month(session, today, found)


def sold_by_month(session: Any, today: date) -> Chart:
    """The same where customers are ranked too."""
    return _by_month(session, today, _invoiced(session, today)[0])


def _by_month(session: Any, today: date, found: Mapping[date, Decimal]) -> Chart:
    months = months_back(today, MONTHS)
    return Chart(
        labels=[format_month(first) for first in months],
        series=[Series(_("Invoiced, net"), [found.get(first, Decimal(0)) for first in months])],
        links=[f"{INVOICES}?f.state=posted&f.date.from={a}&f.date.to={b}" for a, b in _spans(months)],
        currency=_company_currency(session),
    )


def _spans(months: Sequence[date]) -> list[tuple[date, date]]:
    nexts = [(first + timedelta(days=31)).replace(day=1) for first in months]
    return [(first, after - timedelta(days=1)) for first, after in zip(months, nexts, strict=True)]


def ageing(session: Any, today: date) -> Chart:
    """What customers owe by days overdue, a series for each currency."""
    return _ageing(_ages(session, today), today, OPEN_ITEMS)


def owed_ageing(session: Any, today: date) -> Chart:
    """What suppliers are owed by days overdue, a series for each currency."""
    return _ageing(_owed_ages(session, today), today, OWED_ITEMS)


def _ageing(found: Mapping[str, list[Decimal]], today: date, items: str) -> Chart:
    return Chart(
        labels=[*age_labels(), _("Not applied")],
        series=[Series(currency, ages, currency) for currency, ages in found.items()],
        links=[*(items + _age_bounds(today, low, high) for low, high in AGES), items],
    )


def age_labels() -> list[str]:
    """What charts and tables call the ages."""
    return [_age_label(low, high) for low, high in AGES]


def _age_label(low: int | None, high: int | None) -> str:
    if low is None:
        return _("Not due")
    if high is None:
        return _("Over %(days)s days", days=low - 1)
    return _("%(low)s to %(high)s days", low=low, high=high)


def _age_bounds(today: date, low: int | None, high: int | None) -> str:
    bounds = "" if high is None else f"&f.due_date.from={today - timedelta(days=high)}"
    return bounds + ("" if low is None else f"&f.due_date.to={today - timedelta(days=low)}")


def best_customers(session: Any, today: date) -> Chart:
    """Who was invoiced most in the last twelve months."""
    since = months_back(today, MONTHS)[0]
    _months, found = _invoiced(session, today)
    best = sorted(found, key=lambda key: (-found[key], key))[:CUSTOMERS]
    partner = m.Partner
    names = dict(session.execute(select(partner.id, partner.name).where(partner.id.in_(best))).all())
    return Chart(
        labels=[names.get(key, "") for key in best],
        series=[Series(_("Invoiced, net"), [found[key] for key in best])],
        links=[f"{INVOICES}?f.state=posted&f.partner_id={key}&f.date.from={since}" for key in best],
        kind="across",
        currency=_company_currency(session),
    )


READ = "accounting.read"
dashboards.board("finance", _l("Finance"), permission="accounting.post", position=10, leads="accounting.post")
dashboards.board("sales", _l("Customers and sales"), permission=READ, position=20)
for board in ("finance", "sales"):
    dashboards.figure(board, "receivables", _l("Open receivables"), receivables, permission=READ)
    dashboards.figure(board, "overdue", _l("Overdue"), overdue, permission=READ)
    dashboards.figure(board, "invoiced", _l("Invoiced this month"), invoiced, permission=READ)
dashboards.figure("finance", "received", _l("Received this month"), received, permission=READ)
dashboards.figure("finance", "days", _l("Days of sales outstanding"), days_outstanding, permission=READ)
dashboards.figure("finance", "overdue_share", _l("Share overdue"), overdue_share, permission=READ)
SEES_BILLS = "accounting.read_bills"
dashboards.figure("finance", "payables", _l("Open payables"), payables, permission=SEES_BILLS)
dashboards.figure("finance", "payables_overdue", _l("To be paid"), overdue_payables, permission=SEES_BILLS)
dashboards.figure("finance", "draft_bills", _l("Bills to post"), draft_bills, permission=SEES_BILLS)
dashboards.figure("finance", "drafts", _l("Drafts to post"), drafts, permission=READ)
dashboards.chart("finance", "ageing", _l("Open receivables by age"), ageing, permission=READ)
dashboards.chart("finance", "owed_ageing", _l("Open payables by age"), owed_ageing, permission=SEES_BILLS)
dashboards.chart("finance", "by_month", _l("Invoiced by month"), invoiced_by_month, permission=READ)
dashboards.chart("sales", "by_month", _l("Invoiced by month"), sold_by_month, permission=READ)
dashboards.chart("sales", "customers", _l("Customers by net invoiced"), best_customers, permission=READ)
