"""What a PDF says of itself, so that it can be checked before it goes to anybody.

A statement that reaches the wrong customer shows him another's prices. The mail takes its recipient
from the record; before it is queued, `read_identity` asks the file itself whose it is, and the two
must agree.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

#: Keys in the PDF's information dictionary; letters and digits only, as readers expect.
KEYS = {"document": "BincardDocument", "number": "BincardNumber", "partner": "BincardPartner"}
VERSION_KEY = "BincardVersion"


class UnidentifiedError(ValueError):
    """The bytes are no PDF of ours: they don't say which document they are."""


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
        """The entries of the PDF's information dictionary."""
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


def read_identity(pdf: bytes) -> Identity:
    """Whose document this is, by its own account; raises UnidentifiedError."""
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    try:
        reader = PdfReader(BytesIO(pdf))
        info: dict[str, object] = dict(reader.metadata or {})
        issued_at = reader.metadata.creation_date if reader.metadata else None
    except PdfReadError as error:
        raise UnidentifiedError(f"this file is no readable PDF: {error}") from error
    missing = [key for key in (*KEYS.values(), VERSION_KEY) if f"/{key}" not in info]
    if missing or issued_at is None:
        raise UnidentifiedError("this PDF does not say which document it is: only send files that we made")
    named = {name: str(info[f"/{key}"]) for name, key in KEYS.items()}
    return Identity(**named, issued_at=issued_at, version=int(str(info[f"/{VERSION_KEY}"])))
