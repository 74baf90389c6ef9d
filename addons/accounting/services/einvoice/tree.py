"""Read XML from strangers, and find one's way in it by names alone.

No entity is expanded, no file or address is opened, and depth and size are bounded by the parser. Documents
with a document type are refused: no invoice has one, and attacks do. Names are compared without namespaces,
for each version of a syntax has its own.
"""

import base64
import binascii
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from addons.accounting.services.einvoice.invoice import EFile, EInvoiceError
from core.i18n import _

if TYPE_CHECKING:
    from lxml import etree

    Element = etree._Element
else:
    Element = Any  # lxml is imported by who reads XML: few processes do (ADR 160)
#: What is read at most: pictures of a paper are in it sometimes.
MOST_BYTES, MOST_LINES = 20_000_000, 20_000
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{0,12})?|[+-]?\.\d{1,12}")
_ISO = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
_TEXT = 1000


def parse(content: bytes) -> Element:
    """The root of a document; raises EInvoiceError."""
    if len(content) > MOST_BYTES:
        raise EInvoiceError(_("The file is larger than 20 MB: that is more than an invoice needs."))
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise EInvoiceError(_("The XML of the file is broken, or larger than is safe to read.")) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise EInvoiceError(_("The XML of the file has a document type, which no invoice has."))
    return root


def name_of(element: Element) -> str:
    """The name without its namespace; empty of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def namespace_of(element: Element) -> str:
    """The namespace of its name; empty where it has none."""
    return str(element.tag).rpartition("}")[0].removeprefix("{")


def every(element: Element | None, path: str) -> Iterator[Element]:
    """What lies at a path: `Party/PartyName`; a step may have several names, `ID|IssuerAssignedID`."""
    if element is None:
        return
    step, _slash, rest = path.partition("/")
    names = step.split("|")
    for child in element:
        if name_of(child) in names:
            if rest:
                yield from every(child, rest)
            else:
                yield child


def first(element: Element | None, path: str) -> Element | None:
    """The first at a path."""
    return next(every(element, path), None)


def text(element: Element | None, path: str) -> str:
    """The first text at a path that is not empty, on one line."""
    return next((found for one in every(element, path) if (found := words(one))), "")


def texts(element: Element | None, *paths: str) -> tuple[str, ...]:
    """All texts at these paths, each once."""
    found = (words(one) for path in paths for one in every(element, path))
    return tuple(dict.fromkeys(filter(None, found)))


def words(element: Element) -> str:
    """The text of an element, on one line."""
    return " ".join("".join(map(str, element.itertext())).split())[:_TEXT]


def number(element: Element | None, path: str) -> Decimal | None:
    """The number at a path, None where there is none; raises EInvoiceError."""
    found = text(element, path)
    return decimal(found) if found else None


def decimal(found: str) -> Decimal:
    """The number that a text is; raises EInvoiceError."""
    if not _NUMBER.fullmatch(found):
        raise EInvoiceError(_("%(value)s stands where a number should.", value=found[:80]))
    return Decimal(found)


def amount(element: Element | None, path: str) -> Decimal:
    """The number at a path, or nothing."""
    return number(element, path) or Decimal(0)


def needed(element: Element | None, path: str, what: Any) -> Decimal:
    """The number at a path; raises EInvoiceError where there is none."""
    found = number(element, path)
    if found is None:
        raise EInvoiceError(lacks(what))
    return found


def lacks(what: Any) -> str:
    """What is said of an invoice without something that each one has."""
    return _("The invoice lacks %(what)s.", what=what)


def day(element: Element | None, path: str) -> dt.date | None:
    """The day at a path, written 2026-03-02 or 20260302; raises EInvoiceError."""
    found = text(element, path)
    if not found:
        return None
    match = _ISO.match(found)
    try:
        return dt.date(*map(int, match.groups())) if match else _no_day(found)
    except ValueError:
        return _no_day(found)


def _no_day(found: str) -> dt.date:
    raise EInvoiceError(_("%(value)s stands where a date should.", value=found[:80]))


def files(element: Element | None, path: str, name: str) -> Iterator[EFile]:
    """The files that stand at a path as text; one that is broken is left out."""
    for one in every(element, path):
        try:
            content = base64.b64decode("".join(map(str, one.itertext())))
        except (binascii.Error, ValueError):
            continue
        if content:
            yield EFile((one.get("filename") or name)[:200], content)
