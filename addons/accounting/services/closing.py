"""Close a year, and open it again.

Problem: with a new year, income and expenses begin at nothing, what was earned goes to equity, and the
old year stays as it was reported. Rule: one entry on the last day takes each account of income and
expense to zero against retained earnings; from then on nothing is dated in that year, or before. Years
are closed in their order and opened again in the opposite one. Example: sales of 1,000 and exchange
differences of −30 → debit sales 1,000, credit exchange differences 30, credit retained earnings 970.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, write_entries
from core import m
from core.clock import today
from core.db import AnySession, advisory_lock
from core.errors import UserError
from core.i18n import _, format_date
from core.security import acts
from core.security.audit import record

CLOSE = "accounting.configure"
_BALANCES = text("""
    SELECT a.id, sum(l.debit - l.credit) AS balance
      FROM accounting_account a
      JOIN accounting_entry_line l ON l.account_id = a.id
      JOIN accounting_entry e ON e.id = l.entry_id AND e.state = 'posted' AND e.date <= :until
     WHERE a.company_id = :company AND a.kind IN ('income', 'expense')
     GROUP BY a.id, a.code HAVING sum(l.debit - l.credit) <> 0 ORDER BY a.code
""")
_LATEST = text("SELECT max(until) FROM accounting_closing WHERE company_id = :company AND state = 'closed'")
_DRAFTS = text("""
    SELECT count(*) FROM (
        SELECT company_id, state, date FROM accounting_invoice
         UNION ALL SELECT company_id, state, date FROM accounting_bill
         UNION ALL SELECT company_id, state, date FROM accounting_payment
         UNION ALL SELECT company_id, state, date FROM accounting_netting
         UNION ALL SELECT company_id, state, date FROM accounting_write_off
         UNION ALL SELECT company_id, state, date FROM accounting_revaluation) d
     WHERE company_id = :company AND state = 'draft' AND date <= :until
""")
_CLOSED = text("UPDATE accounting_closing SET state = 'closed', entry_id = :entry WHERE id = :id")
_OPENED = text("UPDATE accounting_closing SET state = 'taken_back', reversal_id = :entry WHERE id = :id")
_LINES = text("""
    SELECT account_id, debit - credit AS amount FROM accounting_entry_line WHERE entry_id = :entry ORDER BY id
""")


class ClosingError(UserError):
    """The year can't be closed or opened like this; says why and what to do."""


def close(session: AnySession, closings: Iterable[Any]) -> None:
    """Close each in turn, earliest first; raises ClosingError."""
    acts.require(session, CLOSE)
    for row in sorted(acts.locked(session, m.AccountingClosing, closings), key=lambda row: row.until):
        advisory_lock(session, f"accounting.closing {row.company_id}")
        books = books_of(session, row.company_id)
        _refuse(session, books, row)
        draft = _entry_of(session, books, row)
        write_entries(session, books, [draft])
        session.execute(_CLOSED, {"id": row.id, "entry": draft.id})
        record(session, "close", "accounting.closing", [row.id])
        acts.forget(session, m.AccountingClosing, [row.id])


def _refuse(session: AnySession, books: Books, row: Any) -> None:
    values = {"company": books.company_id, "until": row.until}
    latest = session.scalar(_LATEST, values)
    if row.state != "draft":
        raise ClosingError(_("This closing was done already."))
    if row.until >= today():
        raise ClosingError(_("The year is not over before %(day)s.", day=format_date(row.until)))
    if latest is not None and row.until <= latest:
        raise ClosingError(_("The books are closed up to %(day)s already.", day=format_date(latest)))
    drafts = session.scalar(_DRAFTS, values)
    if drafts:
        raise ClosingError(
            _(
                "%(count)s drafts are dated up to %(day)s: post or delete them first.",
                count=drafts,
                day=format_date(row.until),
            )
        )


def _entry_of(session: AnySession, books: Books, row: Any) -> EntryDraft:
    balances = session.execute(_BALANCES, {"company": books.company_id, "until": row.until}).all()
    if not balances:
        raise ClosingError(_("Nothing was earned or spent up to %(day)s.", day=format_date(row.until)))
    amounts = [Amount(account, -balance) for account, balance in balances]
    return _entry(books, row, amounts, books.account("retained_earnings"))


def _entry(
    books: Books, row: Any, amounts: Sequence[Amount], counterpart: int, reverses_id: int | None = None
) -> EntryDraft:
    return EntryDraft(
        journal="general",
        date=row.until,
        currency=books.currency,
        exchange_rate=Decimal(1),
        narration=_("Closing of %(year)s", year=row.until.year),
        counterpart=Amount(counterpart, -sum((a.amount for a in amounts), Decimal(0))),
        amounts=list(amounts),
        reverses_id=reverses_id,
    )


def take_back(session: AnySession, closings: Iterable[Any]) -> None:
    """Open each again, latest first; raises ClosingError where a later year is still closed."""
    acts.require(session, CLOSE)
    rows = acts.locked(session, m.AccountingClosing, closings)
    ClosingError.refuse({r.id: _("Only a closed year can be opened.") for r in rows if r.state != "closed"})
    for row in sorted(rows, key=lambda row: row.until, reverse=True):
        books = books_of(session, row.company_id)
        latest = session.scalar(_LATEST, {"company": books.company_id})
        if latest != row.until:
            raise ClosingError(_("Open the year up to %(day)s first.", day=format_date(latest)))
        _open(session, books, row)


def _open(session: AnySession, books: Books, row: Any) -> None:
    # In a closed year the database takes no entry but the opposite of its closing.
    lines = session.execute(_LINES, {"entry": row.entry_id}).all()
    first, *others = (Amount(account, -amount) for account, amount in lines)
    draft = _entry(books, row, others, first.account_id, reverses_id=row.entry_id)
    write_entries(session, books, [draft])
    session.execute(_OPENED, {"id": row.id, "entry": draft.id})
    record(session, "take_back", "accounting.closing", [row.id])
    acts.forget(session, m.AccountingClosing, [row.id])
