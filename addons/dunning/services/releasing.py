"""Review letters, and let them out: numbers, texts, and the step of each document."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select, text, update

from addons.dunning.services.errors import DunningError
from addons.dunning.services.proposing import RUN, not_open, stopped
from core import m
from core.db import AnySession
from core.i18n import _, format_date, format_money, in_locale
from core.mail import MailTemplateError, render_template
from core.records.sequences import next_numbers
from core.security import acts
from core.security.audit import record

SEND = "dunning.send"
#: Of what something was paid, or is stopped, since it was proposed.
_CHANGED = text("""
    SELECT DISTINCT l.letter_id
      FROM dunning_line l JOIN accounting_open_item o ON o.id = l.open_item_id
     WHERE l.run_id = ANY(:runs) AND l.letter_id IS NOT NULL
       AND (o.amount - o.allocated <> l.amount OR o.id = ANY(:stopped))
""")
_LIVE = text("UPDATE dunning_line SET live = true WHERE letter_id = ANY(:letters)")
_WAIT = text("""
    UPDATE dunning_letter SET left_out = :reason
     WHERE id = ANY(:letters) AND state = 'proposed' AND left_out = ''
""")
_RELEASED = text("UPDATE dunning_run SET state = 'released', released_at = :now WHERE id = ANY(:ids)")
_CANCELLED = text("UPDATE dunning_run SET state = 'cancelled' WHERE id = ANY(:ids)")


def leave_out(session: AnySession, letters: Iterable[Any], reason: str) -> None:
    """Leave proposed letters out, or take them in again where no reason is given; raises DunningError."""
    acts.require(session, RUN)
    rows = acts.locked(session, m.DunningLetter, letters)
    gone = _("It is out already: nothing of it can be changed.")
    DunningError.refuse({row.id: gone for row in rows if row.state != "proposed"})
    ids, table = [row.id for row in rows], m.DunningLetter.__table__
    change = update(table).where(table.c.id.in_(ids))
    session.execute(change.values(left_out=reason.strip()[:1000], by_hand=True))
    record(session, "leave_out", "dunning.letter", ids)
    acts.forget(session, m.DunningLetter, ids)


def release(session: AnySession, runs: Iterable[Any]) -> int:
    """Let the letters of open runs out that are not left out; returns how many. Raises DunningError.

    A letter of whose documents something was paid, disputed or put on hold since the proposal stays in, and
    says so.
    """
    acts.require(session, SEND)
    rows = acts.locked(session, m.DunningRun, runs)
    DunningError.refuse({row.id: not_open(row) for row in rows if row.state != "open"})
    ids = [row.id for row in rows]
    held = [item for row in rows for item in stopped(session, row)]
    changed = session.scalars(_CHANGED, {"runs": ids, "stopped": held}).all()
    why = _("something was paid, disputed or put on hold since it was proposed: it is on the next run")
    session.execute(_WAIT, {"letters": list(changed), "reason": why})
    letters = _letters(session, ids)
    for row in rows:
        _fix(session, row, [letter for letter in letters if letter.run_id == row.id])
    session.execute(_LIVE, {"letters": [letter.id for letter in letters]})
    session.execute(_RELEASED, {"ids": ids, "now": datetime.now(UTC)})
    record(session, "release", "dunning.run", ids)
    record(session, "release", "dunning.letter", [letter.id for letter in letters])
    acts.forget(session, m.DunningRun, ids)
    session.expire_all()
    return len(letters)


def _letters(session: AnySession, runs: Sequence[int]) -> Sequence[Any]:
    """The letters that go out, in the order of the customers."""
    letter = m.DunningLetter
    going = letter.run_id.in_(runs) & (letter.state == "proposed") & (letter.left_out == "")
    asked = select(letter).join(m.Partner, m.Partner.id == letter.partner_id).where(going)
    asked = asked.order_by(m.Partner.code, letter.currency_code).execution_options(populate_existing=True)
    found: Sequence[Any] = session.scalars(asked).all()
    return found


def _fix(session: AnySession, run: Any, letters: Sequence[Any]) -> None:
    """Number the letters of one run, and keep their texts as they are now."""
    if not letters:
        return
    numbers = next_numbers(session, "dunning.letter", run.company_id, run.date.year, len(letters))
    now, values = datetime.now(UTC), []
    for letter, number in zip(letters, numbers, strict=True):
        subject, body = text_of(session, letter, number)
        values.append({"key": letter.id, "no": number, "about": subject, "says": body, "at": now})
    table = m.DunningLetter.__table__
    change = update(table).where(table.c.id == bindparam("key"))
    fixed = {"number": "no", "subject": "about", "body": "says", "issued_at": "at"}
    session.execute(
        change.values(state="released", **{name: bindparam(key) for name, key in fixed.items()}), values
    )


def text_of(session: AnySession, letter: Any, number: str) -> tuple[str, str]:
    """Subject and text by the template of the step, in the customer's language; raises DunningError."""
    locale = letter.partner.language
    with in_locale(locale):
        words = words_of(letter, number)
    try:
        subject, body = render_template(session, template_of(letter), locale, words)
    except MailTemplateError as error:
        raise DunningError(str(error)) from error
    return " ".join(subject.split())[:400], body.strip()


def template_of(letter: Any) -> str:
    """The code of its mail template."""
    return f"dunning.{letter.step.letter}"


def words_of(letter: Any, number: str) -> dict[str, Any]:
    """What the templates may name, in the language of now."""
    currency = letter.currency_code
    return {
        "number": number,
        "partner": letter.partner.name,
        "company": letter.company.name,
        "date": format_date(letter.date),
        "overdue": format_money(letter.overdue, currency),
        "credit": format_money(letter.credit, currency) if letter.credit else "",
        "fee": format_money(letter.fee, currency) if letter.fee else "",
        "interest": format_money(letter.interest, currency) if letter.interest else "",
        "total": format_money(letter.total, currency),
    }


def cancel(session: AnySession, runs: Iterable[Any]) -> None:
    """Give up open runs; raises DunningError."""
    acts.require(session, RUN)
    rows = acts.locked(session, m.DunningRun, runs)
    DunningError.refuse({row.id: not_open(row) for row in rows if row.state != "open"})
    ids = [row.id for row in rows]
    session.execute(_CANCELLED, {"ids": ids})
    record(session, "cancel", "dunning.run", ids)
    acts.forget(session, m.DunningRun, ids)
