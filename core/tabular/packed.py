"""A zip that holds one table is taken as that table: so banks and offices publish theirs."""

import gzip
import io
import zipfile

from core.i18n import _
from core.tabular.errors import FileError
from core.tabular.workbook import refuse_bomb

#: Parts by which a zip shows that it is a document itself.
_OF_DOCUMENTS = {"[Content_Types].xml", "mimetype"}
#: Beginnings of what is packed already, or read as it is: zip, gzip, xls.
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
_NAMED = 3


def unpacked(contents: bytes) -> bytes:
    """The one file of a zip, texts packed again with gzip; all else as it is. Raises FileError."""
    names = _names(contents)
    if not names:
        return contents
    if len(names) > 1:
        raise FileError(
            _(
                "The zip holds %(count)s files (%(names)s): unpack it, and upload the one with the rows.",
                count=len(names),
                names=", ".join(names[:_NAMED]),
            )
        )
    refuse_bomb(contents)
    with zipfile.ZipFile(io.BytesIO(contents)) as archive:
        inner = archive.read(names[0])
    return inner if inner.startswith(_PACKED) else gzip.compress(inner, mtime=0)


def _names(contents: bytes) -> list[str]:
    """The files of a zip that is no document; none of anything else."""
    if contents[:4] != b"PK\x03\x04":
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        return []
    if _OF_DOCUMENTS & {part.filename for part in parts}:
        return []
    return [part.filename for part in parts if not part.is_dir() and not _is_beside(part.filename)]


def _is_beside(name: str) -> bool:
    """What file managers put into a zip on their own."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
