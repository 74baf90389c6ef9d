"""What a file says of itself, so that it can be checked before it goes to anybody.

A statement that reaches the wrong customer shows him another's prices. The mail takes its recipient
from the record; before it is queued, `read_identity` asks the file itself whose it is, and the two
must agree.
"""

import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from core.documents.pdfium import opened

if TYPE_CHECKING:
    from lxml import etree

#: Keys among what a file says of itself; letters and digits only, as readers of PDF expect.
KEYS = {"document": "BincardDocument", "number": "BincardNumber", "partner": "BincardPartner"}
VERSION_KEY = "BincardVersion"
#: How our PDFs write when they were made, in UTC.
MOMENT = "D:%Y%m%d%H%M%SZ"
#: Bytes of the properties of a workbook; ours have two thousand.
LARGEST_PROPERTIES = 100_000


class UnidentifiedError(ValueError):
    """The bytes are no file of ours: they don't say which document they are."""


@dataclass(frozen=True)
class Identity:
    """Which document, whose, and in which version."""

    #: The name of the document, such as `billing.statement`.
    document: str
    number: str
    #: The code of the partner whom it concerns.
    partner: str
    #: When the record was made; it dates the file, which is thereby the same at every rendering.
    issued_at: datetime
    version: int = 1

    def metadata(self) -> dict[str, str]:
        """The entries of a PDF's information dictionary, or the properties of a workbook."""
        named = {key: str(getattr(self, name)) for name, key in KEYS.items()}
        return {**named, VERSION_KEY: str(self.version)}


@dataclass(frozen=True)
class DataFile:
    """A file to embed in a PDF, such as the lines of a statement as a table."""

    name: str
    contents: bytes
    description: str = ""
    #: How it relates to the page: `Data`, `Source`, `Alternative` or `Supplement`.
    relationship: str = "Data"


def read_identity(contents: bytes) -> Identity:
    """Whose document this is, a PDF or a workbook of ours, by its own account; raises UnidentifiedError."""
    info, issued_at = _of_workbook(contents) if contents.startswith(b"PK") else _of_pdf(contents)
    if issued_at is None or any(key not in info for key in (*KEYS.values(), VERSION_KEY)):
        raise UnidentifiedError("this file does not say which document it is: only send files that we made")
    named = {name: info[key] for name, key in KEYS.items()}
    return Identity(**named, issued_at=issued_at, version=int(info[VERSION_KEY]))


def _of_pdf(contents: bytes) -> tuple[dict[str, str], datetime | None]:
    from pypdfium2 import PdfiumError

    try:
        with opened(contents) as pdf:
            said = {key: pdf.get_metadata_value(key) for key in (*KEYS.values(), VERSION_KEY, "CreationDate")}
    except PdfiumError as error:
        raise UnidentifiedError(f"this file is no readable PDF: {error}") from error
    made = said.pop("CreationDate")
    return {key: value for key, value in said.items() if value}, _moment(made)


def _moment(written: str) -> datetime | None:
    """When a PDF of ours was made; None for what is written otherwise."""
    try:
        return datetime.strptime(written, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _of_workbook(contents: bytes) -> tuple[dict[str, str], datetime | None]:
    """Its own properties, and when it was made."""
    from lxml import etree  # by who reads a workbook: few processes do (ADR 160)

    try:
        with zipfile.ZipFile(BytesIO(contents)) as packed:
            said, made = (_parsed(packed, f"docProps/{name}.xml") for name in ("custom", "core"))
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise UnidentifiedError(f"this file is no workbook of ours: {error}") from error
    info = {str(one.get("name")): "".join(map(str, one.itertext())) for one in said}
    created = made.findtext("{http://purl.org/dc/terms/}created")
    return info, datetime.fromisoformat(created) if created else None


def _parsed(packed: zipfile.ZipFile, name: str) -> "etree._Element":
    from lxml import etree

    if packed.getinfo(name).file_size > LARGEST_PROPERTIES:
        raise UnidentifiedError("this file is no workbook of ours: its properties have no end")
    return etree.fromstring(packed.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
