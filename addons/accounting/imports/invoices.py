"""Invoices to customers and credit notes from files."""

from functools import partial

from addons.accounting.imports.fields import INVOICE
from addons.accounting.imports.papers import OPTIONS, Columns, book
from addons.accounting.services.invoices import INVOICES
from core.exchange.targets import Target
from core.i18n import _, _l

COLUMNS = Columns(INVOICES, "customer", {}, lambda code: _("Customer %(code)s", code=code))

TARGET = Target(
    name="accounting.invoice",
    title=_l("Invoices and credit notes"),
    permission="accounting.import",
    group_by="document",
    book=partial(book, COLUMNS),
    fields=INVOICE,
    options=OPTIONS,
)
