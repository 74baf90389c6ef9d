"""What is open in foreign currency, at the rate of a day.

Problem: a report at the end of a period shows receivables, payables and bank balances in foreign currency at
the rate of that day, though nobody has paid yet; once somebody pays, the whole difference to the rate of the
document is realised and booked, so that what was shown before must be gone by then. Rule: of each item that
was open at the end of the day, and of each foreign balance of the bank, take what is open at the rate of the
day less what it stands in the books with. The sum goes to unrealised exchange differences, against an account
of its own that stands beside receivables, payables and bank; the opposite entry is booked on the next day. So
the accounts of partners stay what their open items are, and nothing is counted twice. Example: invoice of
100.00 EUR at 1.10 = 110.00; on 31 January EUR is worth 1.15 → 5.00 of gain on the 31st, and its opposite on 1
February; paid on 10 February at 1.12 → 2.00 realised. January shows 5.00, January and February together 2.00.

What has no rate is a line with the reason, and is not valued. Of one day one revaluation holds: a second one
replaces the first where something has changed since, and is refused where nothing has.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text, update

from addons.accounting.services.ageing import OPEN
from addons.accounting.services.booking import numbers_of, refuse_outside, refuse_posted
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, write_entries
from addons.accounting.services.posting import POST
from addons.accounting.services.rates import rates_on
from addons.accounting.services.window import why_outside
from core import m
from core.clock import today
from core.db import AnySession, advisory_lock, decimals_of, round_money
from core.errors import UserError
from core.i18n import _, format_date
from core.security import acts
from core.security.audit import record

KINDS = ("receivable", "payable", "bank")
_ZERO = Decimal(0)
_ITEMS = text(f"""{OPEN}
    SELECT id, partner_id, currency_code, residual AS amount, value AS book_value FROM open
     WHERE residual <> 0 AND currency_code <> :own ORDER BY id
""")  # noqa: S608  # nothing but our own text
_BANK = text("""
    SELECT l.currency_code, sum(l.amount_currency) AS amount, sum(l.debit - l.credit) AS book_value
      FROM accounting_entry_line l JOIN accounting_entry e ON e.id = l.entry_id
     WHERE l.account_id = :account AND l.currency_code <> :own AND e.state = 'posted' AND e.date <= :day
     GROUP BY l.currency_code
    HAVING sum(l.amount_currency) <> 0 OR sum(l.debit - l.credit) <> 0 ORDER BY l.currency_code
""")
_SAME = ("kind", "open_item_id", "account_id", "currency_code", "amount", "book_value", "exchange_rate")


class RevaluationError(UserError):
    """The day can't be valued like this; says why and what to do."""


@dataclass(frozen=True)
class Valued:
    """One item or balance, as the line of a revaluation has it."""

    kind: str
    open_item_id: int | None
    partner_id: int | None
    account_id: int
    currency_code: str
    amount: Decimal
    book_value: Decimal
    exchange_rate: Decimal | None
    value: Decimal | None
    reason: str

    @property
    def difference(self) -> Decimal:
        """By how much it is worth more than it stands in the books."""
        return _ZERO if self.value is None else self.value - self.book_value


def post(session: AnySession, revaluations: Iterable[Any]) -> None:
    """Value what is open on each of their days, earliest first; raises RevaluationError."""
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingRevaluation, revaluations)
    refuse_posted(RevaluationError, rows)
    for row in sorted(rows, key=lambda row: row.date):
        advisory_lock(session, f"accounting.revaluation {row.company_id}")
        books = books_of(session, row.company_id)
        refuse_outside(RevaluationError, books, [row])
        if row.date > today():
            raise RevaluationError(_("%(day)s has not come yet.", day=format_date(row.date)))
        _post(session, books, row)
    record(session, "post", "accounting.revaluation", [row.id for row in rows])
    acts.forget(session, m.AccountingRevaluation, (row.id for row in rows))


def _post(session: AnySession, books: Books, row: Any) -> None:
    lines = list(valued(session, books, row.date))
    replaced = _replaced(session, row, lines)
    _write_lines(session, row.id, lines)
    number = numbers_of(session, "accounting.revaluation", books.company_id, [row])[row.id]
    entries = _book(session, books, row.date, number, lines)
    table = m.AccountingRevaluation.__table__
    values = {
        "state": "posted",
        "number": number,
        "difference": sum((line.difference for line in lines), _ZERO),
        "replaces_id": replaced,
        "posted_at": datetime.now(UTC),
        **entries,
    }
    session.execute(update(table).where(table.c.id == row.id).values(values))


def valued(session: AnySession, books: Books, day: date) -> Iterator[Valued]:
    """What was open in foreign currency at the end of the day: items by side, then balances of the bank."""
    found = [(kind, one) for kind in KINDS for one in _open(session, books, kind, day)]
    rates = rates_on(session, books, [(one.currency_code, day) for _kind, one in found])
    for kind, one in found:
        yield _valued(books, kind, one, rates.get((one.currency_code, day)), day)


def _open(session: AnySession, books: Books, kind: str, day: date) -> Sequence[Any]:
    asked = {"company": books.company_id, "own": books.currency, "day": day}
    if kind == "bank":
        return session.execute(_BANK, {**asked, "account": books.account(kind)}).all()
    sides = {"side": kind, "partner": None, "sign": 1, "digits": decimals_of(books.currency)}
    return session.execute(_ITEMS, {**asked, **sides}).all()


def _valued(books: Books, kind: str, one: Any, rate: Decimal | None, day: date) -> Valued:
    return Valued(
        kind,
        getattr(one, "id", None),
        getattr(one, "partner_id", None),
        books.account(kind),
        one.currency_code,
        one.amount,
        one.book_value,
        rate,
        None if rate is None else round_money(one.amount * rate, books.currency),
        "" if rate is not None else _lacking(one.currency_code, day),
    )


def _lacking(currency: str, day: date) -> str:
    return _(
        "There is no rate of %(currency)s for %(day)s: add one under Exchange rates, and revalue again.",
        currency=currency,
        day=format_date(day),
    )


def _replaced(session: AnySession, row: Any, lines: Sequence[Valued]) -> int | None:
    """Take back the one of the same day; raises RevaluationError where it says the same."""
    table, line = m.AccountingRevaluation.__table__, m.AccountingRevaluationLine.__table__.c
    of_day = (table.c.company_id == row.company_id) & (table.c.date == row.date)
    live = session.execute(select(table).where(of_day, table.c.state == "posted")).one_or_none()
    if live is None:
        return None
    columns = [line[name] for name in _SAME]
    before = session.execute(
        select(*columns).where(line.revaluation_id == live.id).order_by(line.position)
    ).all()
    if [tuple(one) for one in before] == [tuple(getattr(one, name) for name in _SAME) for one in lines]:
        raise RevaluationError(
            _("Nothing has changed since %(number)s of the same day: it stands.", number=live.number)
        )
    m.AccountingRevaluation.take_back(session, [live.id])
    return int(live.id)


def _write_lines(session: AnySession, revaluation_id: int, lines: Sequence[Valued]) -> None:
    rows = (
        {
            **{name: getattr(line, name) for name in (*_SAME, "partner_id", "value", "difference", "reason")},
            "revaluation_id": revaluation_id,
            "position": position,
        }
        for position, line in enumerate(lines, start=1)
    )
    m.AccountingRevaluationLine._bulk(session, rows)


def _book(
    session: AnySession, books: Books, day: date, number: str, lines: Sequence[Valued]
) -> Mapping[str, int]:
    """The entry of the day and its opposite of the next; nothing where nothing differs."""
    sums = dict.fromkeys(KINDS, _ZERO)
    for line in lines:
        sums[line.kind] += line.difference
    if not any(sums.values()):
        return {}
    entry = _entry(books, day, number, sums, 1)
    opposite = _entry(books, day + timedelta(days=1), number, sums, -1)
    write_entries(session, books, [entry, opposite])
    return {"entry_id": entry.id, "opposite_id": opposite.id}


def _entry(
    books: Books,
    day: date,
    number: str,
    sums: Mapping[str, Decimal],
    sign: int,
    reverses_id: int | None = None,
) -> EntryDraft:
    account = books.account("currency_valuation")
    amounts = [Amount(account, sign * amount, None, kind) for kind, amount in sums.items() if amount]
    total = sum((amount.amount for amount in amounts), _ZERO)
    return EntryDraft(
        journal="general",
        date=day,
        currency=books.currency,
        exchange_rate=Decimal(1),
        narration=number,
        counterpart=Amount(books.account("unrealised_difference"), -total, None, number),
        amounts=amounts,
        reverses_id=reverses_id,
    )


def take_back(session: AnySession, revaluations: Iterable[Any]) -> None:
    """Book the opposites of both entries, each on its day; raises RevaluationError."""
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingRevaluation, revaluations)
    reason = _("Only a posted revaluation can be taken back.")
    RevaluationError.refuse({row.id: reason for row in rows if row.state != "posted"})
    for row in rows:
        _take_back(session, books_of(session, row.company_id), row)
    table = m.AccountingRevaluation.__table__
    ids = [row.id for row in rows]
    session.execute(update(table).where(table.c.id.in_(ids)).values(state="taken_back"))
    record(session, "take_back", "accounting.revaluation", ids)
    acts.forget(session, m.AccountingRevaluation, ids)


def _take_back(session: AnySession, books: Books, row: Any) -> None:
    next_day = row.date + timedelta(days=1)
    for day in (row.date, next_day):
        problem = why_outside(books, day)
        if problem:
            raise RevaluationError(problem)
    if row.entry_id is None:
        return
    sums = _sums(session, row.id)
    drafts = [
        _entry(books, row.date, row.number, sums, -1, row.entry_id),
        _entry(books, next_day, row.number, sums, 1, row.opposite_id),
    ]
    write_entries(session, books, drafts)


def _sums(session: AnySession, revaluation_id: int) -> Mapping[str, Decimal]:
    line = m.AccountingRevaluationLine.__table__.c
    sums = dict.fromkeys(KINDS, _ZERO)
    asked = select(line.kind, line.difference).where(line.revaluation_id == revaluation_id)
    for kind, difference in session.execute(asked):
        sums[kind] += difference
    return sums


@dataclass(frozen=True)
class Together:
    """What a revaluation says of one kind and currency."""

    kind: str
    currency_code: str
    count: int
    amount: Decimal
    book_value: Decimal
    exchange_rate: Decimal | None
    value: Decimal | None
    difference: Decimal
    reason: str


_TOGETHER = text("""
    SELECT kind, currency_code, count(*) AS count, sum(amount) AS amount, sum(book_value) AS book_value,
           max(exchange_rate) AS exchange_rate, sum(value) AS value, sum(difference) AS difference,
           max(reason) AS reason
      FROM accounting_revaluation_line WHERE revaluation_id = :id
     GROUP BY kind, currency_code ORDER BY array_position(:kinds, kind), currency_code
""")


def together(session: AnySession, revaluation_id: int) -> list[Together]:
    """The lines of one by kind and currency, for whoever sees the revaluation."""
    rows = session.execute(_TOGETHER, {"id": revaluation_id, "kinds": list(KINDS)})
    return [Together(*row) for row in rows]
