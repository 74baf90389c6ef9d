"""Csv of every origin: encodings, delimiters, gzip.

Encodings are tried in an order in which a wrong one fails: a byte order mark decides; text that is valid
UTF-8 is UTF-8, and where a few bytes of it are not, the line is named and nothing else is tried. What is left
is GB18030 or Windows-1252, by which nearly any bytes can be read: `Hauptstraße 5, Köln` of a western file
would turn into rare Chinese characters. So one is taken only where what comes out is likely: characters of
everyday Chinese, or letters beside letters. Else the file is refused rather than filled with nonsense. Which
one was taken is shown, and a person may choose another.
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
#: What a person may choose, where what was found out is wrong.
CHOICES = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030 (简体中文)",
    "big5hkscs": "Big5 (繁體中文)",
    "cp1252": "Windows-1252 (Western)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp932": "Shift-JIS (日本語)",
    "cp949": "EUC-KR (한국어)",
    "utf-16": "UTF-16",
}
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_ALONE = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f](?=[a-z])")
#: Letters and signs that stand in western texts.
_WESTERN = re.compile(r"[À-ÖØ-öø-ÿŒœŠšŽžŸ€£§°²³µ·–—‘’‚“”„…ºª«»©®™]")
_MANY_ACCENTS = re.compile(r"[À-ÖØ-öø-ÿ]{3,}")
#: The first byte of the rarer half of GB 2312.
_SECOND_LEVEL = 0xD8
#: Of so many foreign characters one may be unlikely.
_ONE_IN = 5
#: Bytes among which a text is looked for that shows the encoding, and how much of it is shown.
_SHOWN_BYTES, _SHOWN = 256 * 1024, 60
#: Bytes in which the encoding shows.
_LOOKED_AT = 4 * 1024 * 1024

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
    line = _line_not_utf_8(_bytes(contents, kind))
    if not line:
        return "utf-8"
    looked_at = _bytes(contents, kind).read(_LOOKED_AT)
    if _is_damaged_utf_8(looked_at):
        raise FileError(
            _(
                "Line %(line)s holds a byte that is not UTF-8, as the rest of the file is: correct it and "
                "upload the file again.",
                line=line,
            )
        )
    for encoding, unlikely in (("gb18030", _unlikely_chinese), ("cp1252", _unlikely_western)):
        text = _read_as(looked_at, encoding)
        foreign = len(_FOREIGN.findall(text or ""))
        if text is not None and unlikely(text) * _ONE_IN <= foreign:
            return encoding
    raise FileError(_not_text())


def _not_text() -> str:
    text: str = _(
        "The file is in none of UTF-8, UTF-16, GB18030 and Windows-1252: choose its encoding, or save it as "
        "“CSV UTF-8”."
    )
    return text


def foreign_texts(contents: bytes, kind: str) -> dict[str, str]:
    """The first line that is not plain ASCII, as each encoding reads it; those that can't are left out.

    Empty where all of them read the file alike, and of UTF-16, which only that encoding can be.
    """
    looked_at = _bytes(contents, kind).read(_SHOWN_BYTES)
    line = next((line for line in looked_at.splitlines() if not line.isascii()), b"")
    if not line or b"\x00" in looked_at:
        return {}
    texts = {encoding: _read_as(line, encoding) for encoding in CHOICES if encoding != "utf-16"}
    return {encoding: text[:_SHOWN] for encoding, text in texts.items() if text}


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) or min(even, odd):
        raise FileError(_("This is no text file: save the table as csv or xlsx and upload it again."))
    return "utf-16-le" if odd else "utf-16-be"


def _line_not_utf_8(file: IO[bytes]) -> int:
    """The first line that is not UTF-8; 0 where all are."""
    decoder, lines = codecs.getincrementaldecoder("utf-8")(), 1
    try:
        while block := file.read(_BLOCK):
            lines += decoder.decode(block).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return lines + error.object[: error.start].count(b"\n")
    return 0


def _is_damaged_utf_8(looked_at: bytes) -> bool:
    """Whether more foreign characters can be read than not: by chance a foreign encoding gives fewer."""
    text = looked_at.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return len(_FOREIGN.findall(text)) - broken > broken


def _read_as(looked_at: bytes, encoding: str) -> str | None:
    try:
        # The last character may be cut off.
        return codecs.getincrementaldecoder(encoding)().decode(looked_at)
    except UnicodeDecodeError:
        return None


def _unlikely_chinese(text: str) -> int:
    """Characters that everyday Chinese has not: rare ones, private ones, and those between Latin letters.

    Half of everything may come from the second level of GB 2312, which names of places and people use: what
    was Cyrillic comes from there nearly wholly.
    """
    levels = [_level(character) for character in _FOREIGN.findall(text)]
    if levels.count(2) * 2 > len(levels):
        return len(levels)
    return levels.count(3) + len(_ALONE.findall(text))


def _level(character: str) -> int:
    """1 for common characters and signs of GB 2312, 2 for its rarer ones, 3 for what it has not."""
    try:
        return 1 if character.encode("gb2312")[0] < _SECOND_LEVEL else 2
    except UnicodeEncodeError:
        return 3


def _unlikely_western(text: str) -> int:
    """Signs that western texts have not, and letters with accents three in a row."""
    western = len(_WESTERN.findall(text)) - sum(map(len, _MANY_ACCENTS.findall(text)))
    return len(_FOREIGN.findall(text)) - western


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
