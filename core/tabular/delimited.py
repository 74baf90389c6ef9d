"""Csv of every origin: encodings, delimiters, gzip.

Encodings are tried in an order in which a wrong one fails: a byte order mark decides; text that is valid
UTF-8 is UTF-8; what is left is GB18030, by which nearly any bytes can be read. So `Müller` of a western
file would turn into `M黮ler`: where most of the foreign letters stand alone between Latin ones, the file
is refused rather than filled with nonsense.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import IO

from core.i18n import _
from core.tabular.errors import FileError

#: Bytes that a compressed file may unpack to.
MAX_UNPACKED = 1024 * 1024 * 1024
#: Characters in one cell; beyond that a quotation mark was not closed.
MAX_CELL = 100_000
DELIMITERS = ",;\t|"
_BLOCK = 1024 * 1024
_SAMPLE_LINES = 50
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_ALONE = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f](?=[a-z])")

csv.field_size_limit(MAX_CELL)


class _Unpacked(io.RawIOBase):
    """The contents of a gzip; stops a small file that unpacks to a huge one."""

    def __init__(self, contents: bytes) -> None:
        self._source = gzip.GzipFile(fileobj=io.BytesIO(contents))
        self._left = MAX_UNPACKED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the base says "a buffer"
        try:
            data = self._source.read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise FileError(_("The compressed file is damaged: pack it again.")) from error
        self._left -= len(data)
        if self._left < 0:
            limit = MAX_UNPACKED // 1024**2
            raise FileError(_("The file unpacks to more than %(limit)s MB: split it.", limit=limit))
        buffer[: len(data)] = data
        return len(data)


def _bytes(contents: bytes, kind: str) -> IO[bytes]:
    return io.BufferedReader(_Unpacked(contents), _BLOCK) if kind == "csv.gz" else io.BytesIO(contents)


def encoding_of(contents: bytes, kind: str) -> str:
    """The encoding by which the whole file can be read; raises FileError."""
    head = _bytes(contents, kind).read(4096)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\x00" in head:
        return _wide(head)
    for encoding in ("utf-8", "gb18030"):
        if _can_read(_bytes(contents, kind), encoding):
            return encoding
    raise FileError(_not_text())


def _not_text() -> str:
    text: str = _(
        "The file is in none of UTF-8, UTF-16 and GB18030: save it as “CSV UTF-8” and upload it again."
    )
    return text


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) or min(even, odd):
        raise FileError(_("This is no text file: save the table as csv or xlsx and upload it again."))
    return "utf-16-le" if odd else "utf-16-be"


def _can_read(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    foreign = alone = 0
    try:
        while block := file.read(_BLOCK):
            text = decoder.decode(block)
            if encoding == "gb18030":
                foreign += len(_FOREIGN.findall(text))
                alone += len(_ALONE.findall(text))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return alone * 2 <= foreign


def _text(contents: bytes, kind: str, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_bytes(contents, kind), encoding=encoding, newline="")


def delimiter_of(contents: bytes, kind: str, encoding: str) -> str:
    """The character that cuts most of the first lines into one number of columns."""
    sample = list(islice(_readable(_text(contents, kind, encoding)), _SAMPLE_LINES))
    return max(DELIMITERS, key=lambda d: _evenness(sample, d))


def _readable(file: io.TextIOWrapper) -> Iterator[str]:
    try:
        for line in file:
            if "\x00" in line:
                raise FileError(_("This is no text file: save the table as csv or xlsx and upload it again."))
            yield line
    except UnicodeDecodeError as error:
        raise FileError(_not_text()) from error


def _evenness(sample: list[str], delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
    except csv.Error:
        return (0.0, 0)
    usual = max(set(widths), key=widths.count, default=1)
    return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)


def lines(contents: bytes, kind: str, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """All rows with any text, numbered as a spreadsheet numbers them; raises FileError."""
    number = 0
    reader = csv.reader(_readable(_text(contents, kind, encoding)), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cells) and any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise FileError(
            _(
                "The quotation marks of row %(number)s don't pair up: put a cell that holds one into "
                "quotation "
                "marks and double those inside.",
                number=number + 1,
            )
        ) from error
