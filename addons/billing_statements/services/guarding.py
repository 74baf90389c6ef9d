"""Read a statement's mail back before it leaves, and refuse what is not the customer's.

Problem: a statement that reaches the wrong customer shows him another's prices. Rule: recipients and files
come from one record; then the message is read as it stands in the outbox, and each of its files is asked
whose it is. What a file says of itself must be this statement, customer and version, and what stands on its
pages must name both, so that a page that was printed from another record is found too. Files are kept under
the hash of their contents: what is read here is what is sent.
"""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from sqlalchemy import select

from addons.billing_statements.errors import MisdirectedError
from addons.billing_statements.services import enclosures
from addons.billing_statements.services.data import WORKBOOK
from core import m
from core.db import AnySession
from core.documents import Identity, UnidentifiedError, read_identity
from core.documents.pdfium import opened
from core.i18n import _
from core.mail import parse_addresses
from core.records import attachments
from core.tabular.readers import open_table


def check_mails(session: AnySession, mails: Sequence[tuple[Any, Any, Identity]], own: bool) -> None:
    """Raise MisdirectedError unless all of each message in the outbox is its statement's.

    `mails`: the message, the statement, and what its files must say. `own`: they go to the addresses of the
    customer, and to no others; a person may write to whom he likes.
    """
    ids = [message.id for message, _statement, _wanted in mails]
    written = select(m.MailMessage).where(m.MailMessage.id.in_(ids))
    session.scalars(written.execution_options(populate_existing=True)).all()
    files = _files_of(session, ids)
    for message, statement, wanted in mails:
        _check_addresses(message, statement, wanted, own)
        for sha256 in files[message.id]:
            _check_file(session, statement, attachments.read(sha256), wanted)


def _files_of(session: AnySession, ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """The hashes of the files of these messages, as they stand in the outbox."""
    link, file = m.MailAttachment, m.Attachment
    query = select(link.message_id, file.sha256).join(file, link.attachment_id == file.id)
    found: dict[int, list[str]] = {i: [] for i in ids}
    for message_id, sha256 in session.execute(query.where(link.message_id.in_(ids)).order_by(link.id)):
        found[message_id].append(sha256)
    return found


def _check_addresses(message: Any, statement: Any, wanted: Identity, own: bool) -> None:
    if (message.model, message.record_id) != (statement._name, statement.id):
        raise MisdirectedError(_("The mail is one of another record: nothing was sent."))
    addresses = parse_addresses(statement.partner.addresses_for("statement"))
    if own and sorted((*message.to, *message.cc)) != sorted(addresses):
        raise MisdirectedError(
            _(
                "The mail goes to %(found)s, and the statement of %(partner)s to %(wanted)s: nothing was "
                "sent.",
                found=", ".join((*message.to, *message.cc)),
                partner=wanted.partner,
                wanted=", ".join(addresses),
            )
        )


def _check_file(session: AnySession, statement: Any, contents: bytes, wanted: Identity) -> None:
    found = _identity(contents)
    if found.document == enclosures.INVOICES:
        _check_says(found, wanted)
        _check_invoices(session, statement, contents)
    elif found.document == WORKBOOK:
        _check_says(found, wanted)
        _check_named(_words_of_workbook(contents), (wanted.number, wanted.partner), wanted)
    else:
        _check_statement(contents, found, wanted)


def check_file(contents: bytes, wanted: Identity) -> None:
    """Refuse a PDF that is another statement's; raises MisdirectedError."""
    _check_statement(contents, _identity(contents), wanted)


def _check_statement(contents: bytes, found: Identity, wanted: Identity) -> None:
    if found.document != wanted.document:
        raise MisdirectedError(_("The mail has a file that is no statement: nothing was sent."))
    _check_says(found, wanted)
    _check_named(words_on(contents, 1), (wanted.number, wanted.partner), wanted)


def _identity(contents: bytes) -> Identity:
    try:
        return read_identity(contents)
    except UnidentifiedError as error:
        raise MisdirectedError(
            _("The mail has a file that does not say whose it is: nothing was sent.")
        ) from error


def _check_says(found: Identity, wanted: Identity) -> None:
    if (found.number, found.partner, found.version) == (wanted.number, wanted.partner, wanted.version):
        return
    raise MisdirectedError(
        _(
            "The file is statement %(found)s of customer %(other)s, not %(wanted)s of customer "
            "%(partner)s: print this statement again.",
            found=found.number,
            other=found.partner,
            wanted=wanted.number,
            partner=wanted.partner,
        )
    )


def _check_named(words: str, names: Sequence[str], wanted: Identity) -> None:
    missing = [name for name in names if _plain(name) not in words]
    if missing:
        raise MisdirectedError(
            _(
                "The file of statement %(wanted)s does not name %(missing)s: print this statement again.",
                wanted=wanted.number,
                missing=", ".join(missing),
            )
        )


def _check_invoices(session: AnySession, statement: Any, contents: bytes) -> None:
    """The invoices in it are those on the statement, of this customer or a branch, each on its pages."""
    documents = enclosures.invoices_of(session, statement)
    numbers = [invoice.number for invoice in documents]
    from pypdf import PdfReader  # half a second of start, which only those who read a PDF shall wait for

    metadata: dict[str, object] = dict(PdfReader(BytesIO(contents)).metadata or {})
    said = metadata.get(enclosures.CONTAINS)
    own = {statement.partner_id, *(line.branch_id for line in statement.lines)}
    strange = [invoice for invoice in documents if invoice.partner_id not in own]
    words = words_on(contents)
    if strange or said != "\n".join(numbers) or any(_plain(number) not in words for number in numbers):
        raise MisdirectedError(
            _(
                "The file with the invoices of %(number)s has not those of this statement: nothing was sent.",
                number=statement.number,
            )
        )


def words_on(contents: bytes, most: int | None = None) -> str:
    """What stands on the first pages of a PDF, without blanks: what is too long for its place wraps there."""
    with opened(contents) as pdf:
        pages = range(min(len(pdf), most or len(pdf)))
        return "".join(_plain(_text_of(pdf[number])) for number in pages)


def _text_of(page: Any) -> str:
    return str(page.get_textpage().get_text_range())


def _words_of_workbook(contents: bytes) -> str:
    return _plain("".join(cell for _number, cells in open_table(contents).rows() for cell in cells))


def _plain(words: str) -> str:
    return re.sub(r"\s+", "", words)
