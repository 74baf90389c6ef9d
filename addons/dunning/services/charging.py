"""Invoice the fee and the interest that letters asked for: nothing does that by itself."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.drafts import InvoiceDraft, Line
from addons.dunning.services.errors import DunningError
from core import m
from core.db import AnySession, lock_rows
from core.i18n import _, format_date, format_number, in_locale
from core.security import acts
from core.security.audit import record

CHARGE = "accounting.post"
#: Letters with a document whose interest an invoice has charged up to a day after theirs begins.
_TWICE = text("""
    SELECT DISTINCT l.letter_id, x.number
      FROM dunning_line l
      JOIN dunning_line c ON c.open_item_id = l.open_item_id AND c.interest > 0 AND c.letter_id <> l.letter_id
      JOIN dunning_letter x ON x.id = c.letter_id AND x.invoice_id IS NOT NULL
      JOIN dunning_run r ON r.id = c.run_id AND r.date > l.interest_from
     WHERE l.letter_id = ANY(:letters) AND l.interest > 0
       AND NOT EXISTS (SELECT 1 FROM accounting_invoice b WHERE b.reverses_id = x.invoice_id)
""")


def charge(session: AnySession, letters: Iterable[Any], on: date) -> list[int]:
    """Post one invoice for each letter; returns their ids. Raises DunningError."""
    acts.require(session, CHARGE)
    ids = acts.ids_of(session, letters)
    found = lock_rows(session, m.DunningLetter, ids)
    DunningError.refuse({one.id: why for one in found if (why := _why_not(one))})
    _refuse_twice(session, ids)
    drafts = [_draft(letter, on) for letter in found]
    invoices: list[int] = m.AccountingInvoice.create(session, drafts)
    m.AccountingInvoice.post(session, invoices)
    for letter, invoice in zip(found, invoices, strict=True):
        letter.invoice_id = invoice
    session.flush()
    record(session, "charge", "dunning.letter", ids)
    return invoices


def _why_not(letter: Any) -> str:
    if letter.state not in ("released", "sent"):
        return _("Only a letter that went out can be charged.")
    if letter.invoice_id is not None and letter.invoice.reversed_by is None:
        return _("It is charged already by %(number)s.", number=letter.invoice.number)
    if not letter.fee + letter.interest:
        return _("It asks for no fee and no interest.")
    return ""


def _refuse_twice(session: AnySession, ids: Sequence[int]) -> None:
    rows = session.execute(_TWICE, {"letters": list(ids)})
    DunningError.refuse(
        {
            letter_id: _("Interest of the same days is charged already, by %(number)s.", number=number)
            for letter_id, number in rows
        }
    )


def _draft(letter: Any, on: date) -> InvoiceDraft:
    with in_locale(letter.partner.language):
        lines = list(_lines(letter))
    return InvoiceDraft(
        company_id=letter.company_id,
        partner_id=letter.partner_id,
        date=on,
        currency_code=letter.currency_code,
        lines=lines,
        reference=letter.number,
    )


def _lines(letter: Any) -> Iterator[Line]:
    """The fee, and the interest of each document."""
    if letter.fee:
        yield Line(_("Fee of %(number)s", number=letter.number), Decimal(1), letter.fee)
    for line in letter.lines:
        if line.interest:
            said = _(
                "Interest on %(number)s from %(start)s to %(end)s at %(rate)s %% a year",
                number=line.number,
                start=format_date(line.interest_from),
                end=format_date(letter.date),
                rate=format_number(letter.rate),
            )
            yield Line(said, Decimal(1), line.interest)
