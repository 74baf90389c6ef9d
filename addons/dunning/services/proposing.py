"""Propose whom to ask, at which step, for how much.

Problem: customers are late by days or months, some dispute a line, some are called by a salesperson; nobody
must be asked for what is not due, nor twice for the same, and the third letter must not come before the
first. Rule: each document takes one step after the other. The next one is due when the document is overdue by
the days of that step, and when since the last letter so many days have passed as lie between the two. A
customer gets one letter for each currency if some document of it takes a step; the letter has the highest of
these steps, and lists all that is overdue. Example, steps after 7, 21 and 35 days: an invoice due on 1 March
is reminded of by a run of the 20th (19 days, step 1), and by none before 3 April (14 days later, step 2).

Branches whose statements are their head office's are asked by its letter too, which lists what each owes.
What is disputed or on hold is left out with the reason, and so is what has no further step or waits for it.
Who owes less than the minimum of the step, or has credit that covers it, gets a letter that is left out,
which a person may overrule.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, text

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.rates import no_rate, rates_on
from addons.dunning.services.errors import DunningError
from addons.dunning.services.interest import Arrears, arrears
from core import m
from core.clock import today
from core.db import AnySession, advisory_lock, reserve_ids, round_money
from core.i18n import _, format_date, format_money
from core.records.sequences import next_numbers
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

RUN = "dunning.run"
#: Documents that a question names.
NAMED = 5
_ZERO = Decimal(0)
_OVERDUE = text("""
    WITH reached AS (
        SELECT l.open_item_id, max(l.step) AS step, max(r.date) AS last
          FROM dunning_line l JOIN dunning_run r ON r.id = l.run_id
         WHERE l.company_id = :company AND l.live AND l.advances GROUP BY 1
    ), disputed AS (
        SELECT coalesce(l.open_item_id, w.open_item_id) AS open_item_id, min(d.reason) AS reason
          FROM billing_dispute d
          LEFT JOIN billing_statement_line l ON l.id = d.statement_line_id
          LEFT JOIN LATERAL (
               SELECT open_item_id FROM billing_statement_line WHERE statement_id = d.statement_id
                UNION SELECT open_item_id FROM billing_open_document WHERE statement_id = d.statement_id
               ) w ON d.statement_line_id IS NULL
         WHERE d.company_id = :company AND d.state = 'open' GROUP BY 1
    ), held AS (
        SELECT DISTINCT ON (h.partner_id, h.open_item_id) h.partner_id, h.open_item_id, h.until, h.reason
          FROM dunning_hold h WHERE h.company_id = :company AND h.until >= :day
         ORDER BY h.partner_id, h.open_item_id, h.until DESC
    )
    SELECT o.id, o.partner_id, coalesce(p.statement_partner_id, p.id) AS asked_id, o.currency_code, o.number,
           o.reference, o.date, o.due_date, o.amount - o.allocated AS amount, :day - o.due_date AS days,
           coalesce(r.step, 0) AS step, r.last, p.arrears_rate, d.reason AS disputed,
           coalesce(i.until, h.until) AS until, coalesce(i.reason, h.reason) AS held
      FROM accounting_open_item o JOIN partner p ON p.id = o.partner_id
      LEFT JOIN reached r ON r.open_item_id = o.id
      LEFT JOIN disputed d ON d.open_item_id = o.id
      LEFT JOIN held i ON i.open_item_id = o.id
      LEFT JOIN held h ON h.partner_id = o.partner_id AND h.open_item_id IS NULL
     WHERE o.company_id = :company AND o.side = 'receivable' AND o.amount > 0 AND o.allocated <> o.amount
       AND o.due_date < :day AND o.date <= :day
     ORDER BY asked_id, o.currency_code, o.due_date, o.id
""")
_CREDITS = text("""
    SELECT coalesce(p.statement_partner_id, p.id) AS partner_id, o.currency_code,
           sum(o.allocated - o.amount) AS amount
      FROM accounting_open_item o JOIN partner p ON p.id = o.partner_id
     WHERE o.company_id = :company AND o.side = 'receivable' AND o.amount < 0 AND o.allocated <> o.amount
       AND coalesce(p.statement_partner_id, p.id) = ANY(:partners) GROUP BY 1, 2
""")
_BY_HAND = text("""
    SELECT partner_id, currency_code, left_out FROM dunning_letter
     WHERE run_id = :run AND by_hand
""")

Key = tuple[int, str]


@dataclass
class Due:
    """One overdue document, while it is decided on."""

    row: Any
    #: The step that it takes now; None where it takes none.
    takes: Any = None
    reason: str = ""


@dataclass(frozen=True)
class Grounds:
    """What letters of one run are made with."""

    books: Books
    day: date
    rate: Decimal
    #: By the open item.
    arrears: Mapping[int, Arrears]
    credits: Mapping[Key, Decimal]
    #: What one unit of a currency is worth in the books.
    worth: Mapping[str, Decimal]
    by_hand: Mapping[Key, str]


def create(session: AnySession, runs: Sequence[Any]) -> list[int]:
    """Write, number and propose runs, of today where they say no day; raises DunningError."""
    acts.require(session, RUN)
    for run in runs:
        run.date = run.date or today()
        if run.date > today():
            raise DunningError(_("%(day)s has not come yet.", day=format_date(run.date)))
        with session.no_autoflush:  # a form has added the run: the database would refuse it in fewer words
            advisory_lock(session, f"dunning {run.company_id}")
            _refuse_second(session, run.company_id)
        (run.number,) = next_numbers(session, "dunning.run", run.company_id, run.date.year, 1)
        run.user_id = actor_of(session).user_id
    session.add_all(runs)
    session.flush()
    propose(session, runs)
    return [run.id for run in runs]


def _refuse_second(session: AnySession, company_id: int) -> None:
    run = m.DunningRun.__table__.c
    asked = select(run.id, run.number).where(run.company_id == company_id, run.state == "open")
    found = session.execute(asked).first()
    if found is not None:
        error = DunningError(
            _("%(number)s is open still: release it, or give it up first.", number=found.number)
        )
        error.address, error.place = f"/m/dunning.run.form/{found.id}", found.number
        raise error


def propose(session: AnySession, runs: Iterable[Any]) -> None:
    """Propose open runs anew; raises DunningError."""
    acts.require(session, RUN)
    rows = acts.locked(session, m.DunningRun, runs)
    DunningError.refuse({row.id: not_open(row) for row in rows if row.state != "open"})
    for row in rows:
        _propose(session, row)
    record(session, "propose", "dunning.run", [row.id for row in rows])
    acts.forget(session, m.DunningRun, (row.id for row in rows))


def not_open(run: Any) -> str:
    """What is said of a run that nothing can be changed in any more."""
    return _("%(number)s is released or given up: begin a new run.", number=run.number)


def _propose(session: AnySession, run: Any) -> None:
    books, steps = books_of(session, run.company_id), steps_of(session, run.company_id)
    by_hand = {
        (r.partner_id, r.currency_code): r.left_out for r in session.execute(_BY_HAND, {"run": run.id})
    }
    line, letter = m.DunningLine.__table__, m.DunningLetter.__table__
    session.execute(delete(line).where(line.c.run_id == run.id))
    session.execute(delete(letter).where(letter.c.run_id == run.id))
    found: dict[Key, list[Due]] = defaultdict(list)
    for row in session.execute(_OVERDUE, {"company": run.company_id, "day": run.date}):
        found[row.asked_id, row.currency_code].append(decide(row, steps, run.date))
    grounds = _grounds(session, books, run, found, by_hand)
    _write(session, run, found, grounds)


def stopped(session: AnySession, run: Any) -> list[int]:
    """The open items that are disputed or on hold by now, among what is overdue on the day of a run."""
    rows = session.execute(_OVERDUE, {"company": run.company_id, "day": run.date})
    return [row.id for row in rows if row.disputed is not None or row.held is not None]


def came_since(session: AnySession, run: Any) -> str:
    """Which documents are overdue on the day of a run and came after its proposal; empty where none did."""
    rows = session.execute(_OVERDUE, {"company": run.company_id, "day": run.date}).all()
    line = m.DunningLine.__table__.c
    known = set(session.scalars(select(line.open_item_id).where(line.run_id == run.id)))
    came = [row.number for row in rows if row.id not in known]
    return ", ".join(came[:NAMED]) + (" …" if len(came) > NAMED else "")


def steps_of(session: AnySession, company_id: int) -> Sequence[Any]:
    """The steps of a company in their order; raises DunningError where they are none, or don't go up."""
    step = m.DunningStep.__table__
    asked = select(step).where(step.c.company_id == company_id).order_by(step.c.position)
    steps = session.execute(asked).all()
    if not steps:
        raise DunningError(_("There is no step yet: add the first under Dunning steps."))
    days = [one.days for one in steps]
    if sorted(set(days)) != days:
        raise DunningError(out_of_order())
    return steps


def out_of_order() -> str:
    """What is said of steps whose days don't go up."""
    return _("Each step comes more days after the due date than the one before: correct them.")


def decide(row: Any, steps: Sequence[Any], day: date) -> Due:
    """Whether a document takes a step on this day, or why it is left out."""
    if row.disputed is not None:
        return Due(row, reason=_("disputed: %(reason)s", reason=row.disputed))
    if row.held is not None:
        until = format_date(row.until)
        return Due(row, reason=_("on hold until %(day)s: %(reason)s", day=until, reason=row.held))
    following = next((step for step in steps if step.position > row.step), None)
    if following is None:
        return Due(row)
    return Due(row, takes=following if day >= _due_on(row, steps, following) else None)


def _due_on(row: Any, steps: Sequence[Any], following: Any) -> date:
    """From which day on a document takes its next step."""
    first: date = row.due_date + timedelta(days=following.days)
    before = next((step for step in reversed(steps) if step.position <= row.step), None)
    if row.last is None or before is None:
        return first
    again: date = row.last + timedelta(days=following.days - before.days)
    return max(first, again)


def _grounds(
    session: AnySession,
    books: Books,
    run: Any,
    found: Mapping[Key, Sequence[Due]],
    by_hand: Mapping[Key, str],
) -> Grounds:
    items = [due.row.id for dues in found.values() for due in dues]
    asked = {"company": run.company_id, "partners": sorted({partner for partner, _code in found})}
    credits = {(r.partner_id, r.currency_code): r.amount for r in session.execute(_CREDITS, asked)}
    currencies = {code for _partner, code in found} - {books.currency}
    rates = rates_on(session, books, [(code, run.date) for code in currencies])
    worth = {books.currency: Decimal(1), **{code: rate for (code, _day), rate in rates.items()}}
    company = m.Company.__table__.c
    rate = session.execute(select(company.arrears_rate).where(company.id == run.company_id)).scalar_one()
    return Grounds(books, run.date, rate, arrears(session, items, run.date), credits, worth, by_hand)


def _write(session: AnySession, run: Any, found: Mapping[Key, Sequence[Due]], grounds: Grounds) -> None:
    asked = {key: dues for key, dues in found.items() if any(due.takes for due in dues)}
    ids = iter(reserve_ids(session, m.DunningLetter.__table__, len(asked)) if asked else ())
    letters, lines = [], []
    for key, dues in found.items():
        letter_id = next(ids) if key in asked else None
        on_it = [due for due in dues if not due.reason] if letter_id is not None else []
        interests = _interests(on_it, grounds)
        if letter_id is not None:
            letters.append(_letter(run, letter_id, key, on_it, interests, grounds))
        lines += [_line(run, due, letter_id, interests, grounds) for due in dues]
    m.DunningLetter._bulk(session, letters)
    m.DunningLine._bulk(session, lines)


def _interests(dues: Sequence[Due], grounds: Grounds) -> Mapping[int, Decimal]:
    """By the item, where the step of the letter asks for interest."""
    step = _step(dues)
    if step is None or not step.interest:
        return {}
    return {due.row.id: grounds.arrears[due.row.id].interest(_rate(due.row, grounds)) for due in dues}


def _rate(row: Any, grounds: Grounds) -> Decimal:
    return grounds.rate if row.arrears_rate is None else row.arrears_rate


def _step(dues: Sequence[Due]) -> Any:
    """The highest step that one of them takes."""
    return max((due.takes for due in dues if due.takes), key=lambda step: step.position, default=None)


def _letter(
    run: Any,
    letter_id: int,
    key: Key,
    dues: Sequence[Due],
    interests: Mapping[int, Decimal],
    grounds: Grounds,
) -> dict[str, Any]:
    partner_id, currency = key
    step, worth = _step(dues), grounds.worth.get(currency)
    overdue = sum((due.row.amount for due in dues), _ZERO)
    fee = round_money(step.fee / worth, currency) if worth else _ZERO
    credit, interest = grounds.credits.get(key, _ZERO), sum(interests.values(), _ZERO)
    why = _why_not(step, overdue, credit, currency, grounds)
    return {
        "id": letter_id,
        "company_id": run.company_id,
        "run_id": run.id,
        "partner_id": partner_id,
        "currency_code": currency,
        "date": run.date,
        "step_id": step.id,
        "left_out": grounds.by_hand.get(key, why),
        "by_hand": key in grounds.by_hand,
        "overdue": overdue,
        "credit": credit,
        "fee": fee,
        "interest": interest,
        "rate": _rate(dues[0].row, grounds) if step.interest else _ZERO,
        "total": overdue - credit + fee + interest,
    }


def _why_not(step: Any, overdue: Decimal, credit: Decimal, currency: str, grounds: Grounds) -> str:
    worth, own = grounds.worth.get(currency), grounds.books.currency
    if worth is None:
        return no_rate(currency, grounds.day)
    if credit >= overdue:
        return _("credit of %(credit)s covers it: settle it first", credit=format_money(credit, currency))
    if (overdue - credit) * worth < step.minimum:
        return _("less than %(minimum)s", minimum=format_money(step.minimum, own))
    return ""


def _line(
    run: Any, due: Due, letter_id: int | None, interests: Mapping[int, Decimal], grounds: Grounds
) -> dict[str, Any]:
    row = due.row
    on_letter = letter_id is not None and not due.reason
    return {
        "company_id": run.company_id,
        "run_id": run.id,
        "letter_id": letter_id if on_letter else None,
        "partner_id": row.partner_id,
        "open_item_id": row.id,
        "number": row.number,
        "reference": row.reference,
        "date": row.date,
        "due_date": row.due_date,
        "days": row.days,
        "currency_code": row.currency_code,
        "amount": row.amount,
        "step": due.takes.position if on_letter and due.takes else row.step,
        "advances": bool(on_letter and due.takes),
        "interest": interests.get(row.id, _ZERO) if on_letter else _ZERO,
        "interest_from": grounds.arrears[row.id].since,
        "reason": "" if on_letter else due.reason or _waiting(row),
    }


def _waiting(row: Any) -> str:
    if row.last is None:
        return _("not late enough for the first step")
    return _("asked for on %(day)s: no further step is due", day=format_date(row.last))
