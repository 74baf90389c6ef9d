"""Read an electronic invoice from a file: XML, or a PDF that carries it.

Whatever the file is, the answer is an invoice whose sums add up, or an EInvoiceError with words: nothing of
it is written, fetched or run. A PDF is opened only to take out what is embedded in it; encrypted ones are
refused.
"""

import io
from collections.abc import Iterator

from addons.accounting.services.einvoice import cii, tree, ubl
from addons.accounting.services.einvoice.invoice import EInvoice, EInvoiceError, NoInvoiceError, problem_of
from core.i18n import _

_PDF = b"%PDF-"
#: How many embedded files are looked at; and what pypdf raises beside its own errors on broken files.
_MOST_FILES = 50
_BROKEN = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    RecursionError,
    MemoryError,
)


def read(content: bytes) -> EInvoice:
    """The invoice that a file holds; raises EInvoiceError."""
    found = _read(content)
    if not found.number:
        raise EInvoiceError(tree.lacks(_("its number")))
    if len(found.currency) != 3 or not found.currency.isalpha():
        raise EInvoiceError(tree.lacks(_("its currency")))
    if len(found.lines) > tree.MOST_LINES:
        raise EInvoiceError(_("The invoice has more than 20,000 lines."))
    if problem := problem_of(found):
        raise EInvoiceError(problem)
    return found.upright()


def is_electronic(content: bytes) -> bool:
    """Whether a file begins like one that is read here, and not like a table."""
    return _is_pdf(content) or _is_xml(content)


def _is_pdf(content: bytes) -> bool:
    return content[:1024].lstrip().startswith(_PDF)


def _read(content: bytes) -> EInvoice:
    if len(content) > tree.MOST_BYTES:
        raise EInvoiceError(_("The file is larger than 20 MB: that is more than an invoice needs."))
    if _is_pdf(content):
        return _from_pdf(content)
    if not _is_xml(content):
        raise NoInvoiceError(_("This is neither XML nor a PDF."))
    return _from_root(tree.parse(content))


def _is_xml(content: bytes) -> bool:
    """Whether it begins like XML, in whatever encoding."""
    start = content[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<")


def _from_root(root: tree.Element) -> EInvoice:
    name, namespace = tree.name_of(root), tree.namespace_of(root)
    if name in ubl.KINDS and namespace.startswith(ubl.NAMESPACE):
        return ubl.read(root)
    if name in cii.ROOTS:
        return cii.read(root)
    raise EInvoiceError(
        _("The XML is of a kind that is not read, %(name)s: UBL and CII invoices are.", name=name[:80])
    )


def _from_pdf(content: bytes) -> EInvoice:
    for embedded in _embedded(content):
        root = tree.parse(embedded)
        if tree.name_of(root) in (*ubl.KINDS, *cii.ROOTS):
            return _from_root(root)
    raise NoInvoiceError(_("No invoice is embedded in the PDF: it is a picture only. Type the bill."))


def _embedded(content: bytes) -> Iterator[bytes]:
    """The XML files of a PDF."""
    from pypdf import PdfReader  # half a second of start, which only those who read a PDF shall wait for
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise EInvoiceError(_("The PDF is encrypted: ask the supplier for one that is not."))
        found = [
            file
            for name, versions in list(reader.attachments.items())[:_MOST_FILES]
            if name.lower().endswith(".xml")
            for file in versions
        ]
    except (PyPdfError, *_BROKEN) as error:
        raise EInvoiceError(_("The PDF is broken, or larger than is safe to read.")) from error
    yield from found
