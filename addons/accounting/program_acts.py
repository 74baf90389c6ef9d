"""What programs do with invoices and bills beyond pressing a button; people have pages for it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from addons.accounting.services.invoices import InvoiceError
from addons.accounting.services.listed import Said
from core import m
from core.clock import today
from core.i18n import _, _l
from core.screens import Act, GivenFile, Quantity, argument
from core.screens.codes import ids_of
from core.security.actor import actor_of


@dataclass(frozen=True)
class Credited:
    """How much of a line is credited."""

    line_id: int = argument(_l("Line of the invoice"))
    quantity: Quantity = argument(_l("Quantity"))


@dataclass(frozen=True)
class Credit:
    """What of an invoice is credited."""

    lines: tuple[Credited, ...] = argument(_l("Lines"))
    date: dt.date | None = argument(_l("Day; today without it"), default=None)


@dataclass(frozen=True)
class BillFile:
    """A supplier's bill as a file: UBL, CII, Factur-X, or a list as csv, xlsx or PDF."""

    file: GivenFile = argument(_l("File"))
    supplier: str = argument(_l("Code of the supplier, where the file does not name it"), default="")
    number: str = argument(_l("Number of the bill, where the file does not name it"), default="")
    date: dt.date | None = argument(_l("Day of the bill, where the file does not name it"), default=None)


def credit(session: Any, invoice: Any, given: Credit) -> str:
    """Credit lines of an invoice by a posted credit note."""
    wanted = {line.line_id: line.quantity for line in given.lines}
    if len(wanted) < len(given.lines):
        raise InvoiceError(_("The record has no such line, or it is given twice."))
    note = m.AccountingInvoice.credit_lines(session, invoice.id, wanted, given.date or today())
    return _("%(number)s is posted.", number=session.get_one(m.AccountingInvoice, note).number)


def supplier_of(session: Any, code: str) -> int | None:
    """The supplier with that code, None without one; raises UserError where there is none such."""
    codes = {"supplier": code} if code.strip() else {}
    return ids_of(session, m.Partner, codes, m.Partner.is_supplier).get("supplier")


def take_file(session: Any, _bill: None, given: BillFile) -> Sequence[int]:
    """Write the drafts of a file."""
    company_id = actor_of(session).company_id
    assert company_id is not None  # a program stands in one company
    supplier, said = supplier_of(session, given.supplier), Said(given.number, given.date)
    file = given.file
    made: Sequence[int] = m.AccountingBill.take_file(
        session, company_id, file.filename, file.content, supplier, said
    )
    return made


OF_INVOICES = Act("credit", _l("Credit lines"), credit, Credit, "accounting.post")
OF_BILLS = Act(
    "take_file", _l("Take a bill's file"), take_file, BillFile, "accounting.write_bills", makes=True
)
