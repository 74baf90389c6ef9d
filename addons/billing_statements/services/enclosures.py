"""What goes along with the mail of a statement: a workbook, and its invoices as one PDF or by a link.

Both are made once for each version of a statement and kept beside it. The file of the invoices consists of
their kept copies, so that it shows what the customer was sent before.
"""

import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text

from addons.billing_statements.errors import StatementError
from addons.billing_statements.services.data import WORKBOOK, workbook_of
from core import m
from core.db import AnySession
from core.documents import Identity, copy_of
from core.i18n import _, in_locale
from core.records import attachments
from core.records.made_files import keep_made_file, made_file
from core.tabular.writers import XLSX

INVOICES = "billing.statement.invoices"
#: Which invoices the file consists of, among what it says of itself.
CONTAINS = "/BincardContains"
#: What a mail may hold, which grows by a third on its way; most servers take 25 MB.
MOST_MEGABYTES = 15
#: For how many days a link to the invoices is good, where the company says nothing for answers.
DAYS = 60
_OF_LINES = text("""
    SELECT i.id FROM billing_statement_line s
      JOIN accounting_open_item o ON o.id = s.open_item_id
      JOIN accounting_entry_line e ON e.id = o.entry_line_id
      JOIN accounting_invoice i ON i.entry_id = e.entry_id
     WHERE s.statement_id = :id AND s.kind <> 'brought_forward'
     ORDER BY s.position
""")


def attached_to(session: AnySession, statement: Any, identity: Identity) -> list[Any]:
    """The files that go with the statement's own, as the customer wants them; raises StatementError."""
    partner, found = statement.partner, []
    if partner.statement_workbook:
        found.append(workbook(session, statement, identity))
    if partner.statement_invoices == "attached":
        merged = invoices_file(session, statement, identity)
        if merged is not None and merged.size > MOST_MEGABYTES * 1_000_000:
            raise StatementError(_too_large(statement, merged.size))
        found += [merged] if merged is not None else []
    return found


def _too_large(statement: Any, size: int) -> str:
    return _(
        "The invoices of %(number)s have %(size)s MB, and a mail holds %(most)s: let customer %(code)s have "
        "them by a link.",
        number=statement.number,
        size=round(size / 1_000_000),
        most=MOST_MEGABYTES,
        code=statement.partner.code,
    )


def link_of(session: AnySession, statement: Any, identity: Identity) -> str:
    """Where the customer fetches the invoices; empty where that is not wanted, or there are none."""
    if statement.partner.statement_invoices != "link" or invoices_file(session, statement, identity) is None:
        return ""
    if not m.Link.is_reachable():
        raise StatementError(
            _(
                "The invoices of %(number)s go by a link, and it is not set where people outside reach us: "
                "set BINCARD_PUBLIC_URL, or attach them.",
                number=statement.number,
            )
        )
    days = statement.company.answer_days or DAYS
    link = m.Link.make(session, INVOICES, statement, days, statement.partner.language)
    return str(m.Link.address(link))


def workbook(session: AnySession, statement: Any, identity: Identity) -> Any:
    """The attachment with the statement as a workbook, made at the first call."""
    found = made_file(session, statement, _key(statement, WORKBOOK))
    if found is None:
        with in_locale(statement.partner.language):
            name = _("Statement %(number)s.xlsx", number=statement.number)
        found = _keep(session, statement, WORKBOOK, name, XLSX, workbook_of(statement, identity))
    return found


def invoices_file(session: AnySession, statement: Any, identity: Identity) -> Any:
    """The attachment with all invoices and credit notes in one, made at the first call; None without any."""
    found = made_file(session, statement, _key(statement, INVOICES))
    documents = invoices_of(session, statement) if found is None else []
    if documents:
        with in_locale(statement.partner.language):
            name = _("Invoices of statement %(number)s.pdf", number=statement.number)
        contents = _merged(session, documents, identity)
        found = _keep(session, statement, INVOICES, name, "application/pdf", contents)
    return found


def invoices_of(session: AnySession, statement: Any) -> Sequence[Any]:
    """The invoices and credit notes that stand on it, in its order."""
    ids = list(session.scalars(_OF_LINES, {"id": statement.id}))
    query = select(m.AccountingInvoice).where(m.AccountingInvoice.id.in_(ids))
    found = {invoice.id: invoice for invoice in session.scalars(query)}
    return [found[i] for i in ids]


def _merged(session: AnySession, documents: Sequence[Any], identity: Identity) -> bytes:
    from pypdf import PdfReader, PdfWriter  # half a second of start

    made, writer = io.BytesIO(), PdfWriter()
    for invoice in documents:
        kept = attachments.read(copy_of(session, invoice).sha256)
        writer.append(PdfReader(io.BytesIO(kept)), outline_item=invoice.number)
    own = Identity(INVOICES, identity.number, identity.partner, identity.issued_at, identity.version)
    moment = identity.issued_at.strftime("D:%Y%m%d%H%M%SZ")
    said = {f"/{key}": value for key, value in own.metadata().items()}
    contains = "\n".join(invoice.number for invoice in documents)
    writer.add_metadata({**said, CONTAINS: contains, "/CreationDate": moment, "/Producer": "Bincard"})
    writer.write(made)
    return made.getvalue()


def _key(statement: Any, document: str) -> str:
    return f"{document}/{statement.version}"


def _keep(
    session: AnySession, statement: Any, document: str, filename: str, mimetype: str, contents: bytes
) -> Any:
    key, name = _key(statement, document), filename.replace("/", "-")
    return keep_made_file(session, statement, key, name, mimetype, contents)
