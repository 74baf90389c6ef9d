"""The text of a PDF as pieces with their places, as the page is seen.

Problem: a PDF knows no words and no tables, only letters that are put somewhere on a page, which may be
turned or cut off at its edges. Rule: letters at one height are a line; where the gap between two is wider
than half their height, another piece begins, so that a cell is a piece, and a number with its blanks too.
Example: of `PO-1   RC 0603   1 200` with letters 10 points high, gaps of 12 part three pieces, and gaps of 3
none.

PDFium reads the letters and paints the pictures, so that the two agree.
"""

import ctypes
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.documents.pdfium import opened
from core.i18n import _
from core.tabular.errors import FileError

#: Pages and letters that are read; a list of 20,000 lines has 400 pages and two million letters.
MOST_PAGES, MOST_LETTERS = 600, 4_000_000
#: What shares of a page count to.
WHOLE = 10_000
#: How fine the places of letters are asked for: in hundredths of a point.
_FINE = 100
#: In heights of a letter: a blank, and where another piece begins; in letters, where all are as wide.
_BLANK, _APART, _APART_OF_WIDTH = 0.14, 0.45, 1.2
#: From here on letters are as wide as high, and how high others are of that.
_FIRST_WIDE, _HIGH = "\u2e80", 1.25
#: How near the same letter is painted again.
_TWICE = 0.1
#: A point far enough from the corner to tell how a page is turned.
_FAR = 1_000
#: How wide a picture of a page is, in points, unless the page is very long.
_WIDTH, _LONGEST = 1_200, 4_000
_NEEDS_PASSWORD = 4
_NO_LETTER = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Box:
    """A place on a page, in points from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """How high it is."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Half-way down it."""
        return (self.top + self.bottom) / 2

    def around(self, other: "Box") -> "Box":
        """The least place that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass
class Piece:
    """Letters that stand together."""

    text: str
    box: Box


#: Pieces at one height, from left to right.
TextLine = list[Piece]


@dataclass
class Page:
    """A page as it is shown, with its lines from top to bottom; sizes are in points."""

    #: From 1.
    number: int
    width: float
    height: float
    lines: list[TextLine]

    def share(self, box: Box) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in ten-thousandths of the page, which fit its picture at any size."""
        across, down = WHOLE / self.width, WHOLE / self.height
        shares = (box.left * across, box.top * down, box.right * across, box.bottom * down)
        left, top, right, bottom = (min(max(round(share), 0), WHOLE) for share in shares)
        return left, top, right, bottom


def box_of(pieces: Sequence[Piece]) -> Box:
    """The place of pieces together."""
    whole = pieces[0].box
    for piece in pieces[1:]:
        whole = whole.around(piece.box)
    return whole


def is_pdf(contents: bytes) -> bool:
    """Whether a file begins like one."""
    return contents[:1024].lstrip().startswith(b"%PDF-")


def pages_of(contents: bytes) -> list[Page]:
    """All pages with their text. Raises FileError."""
    with _opened(contents) as document:
        pages, letters = [], 0
        for number, page in enumerate(document, start=1):
            own = list(_letters(page))
            letters += len(own)
            if letters > MOST_LETTERS:
                raise FileError(
                    _("The PDF has more text than is read at once: ask for the list as xlsx or csv.")
                )
            width, height = page.get_size()
            pages.append(Page(number, max(width, 1.0), max(height, 1.0), _lines(own)))
    if not letters:
        raise FileError(
            _("This PDF has no text, only pictures: it is a scan. Ask for the list as xlsx or csv.")
        )
    return pages


def picture(contents: bytes, number: int) -> bytes:
    """A page, counted from 1, as PNG. Raises FileError, and IndexError where there is no such page."""
    with _opened(contents) as pages:
        if not 1 <= number <= len(pages):
            raise IndexError(number)
        page = pages[number - 1]
        width, height = page.get_size()
        scale = min(_WIDTH / max(width, 1), _LONGEST / max(height, 1))
        bitmap = page.render(scale=scale)
        file = io.BytesIO()
        bitmap.to_pil().save(file, "PNG", optimize=False, compress_level=3)
        return file.getvalue()


@contextmanager
def _opened(contents: bytes) -> Iterator[Any]:
    from pypdfium2 import PdfiumError

    try:
        with opened(contents) as document:
            if len(document) > MOST_PAGES:
                raise FileError(_too_long(len(document)))
            yield document
    except PdfiumError as error:
        if getattr(error, "err_code", None) == _NEEDS_PASSWORD:
            raise FileError(_("The PDF is encrypted: ask the supplier for one that is not.")) from error
        raise FileError(_("The PDF is broken: open it, and save or print it as a PDF anew.")) from error


def _too_long(pages: int) -> str:
    return _(
        "The PDF has %(pages)s pages, and %(most)s are read at once: ask for the list as xlsx or csv.",
        pages=pages,
        most=MOST_PAGES,
    )


def _letters(page: Any) -> Iterator[Piece]:
    """Each letter that is seen, with its place on the page as it is shown."""
    from pypdfium2 import raw

    text, placed, rect = page.get_textpage(), _placing(page), raw.FS_RECTF()
    width, height = page.get_size()
    for n in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, n)
        letter = chr(code) if code else _NO_LETTER
        if letter.isspace() or not (letter.isprintable() or letter == _NO_LETTER):
            continue
        if raw.FPDFText_GetLooseCharBox(text, n, ctypes.byref(rect)):
            box = placed(rect)
            if box.right >= 0 and box.left <= width and box.bottom >= 0 and box.top <= height:
                yield Piece(letter, box)
    text.close()


def _placing(page: Any) -> Callable[[Any], Box]:
    """What makes a place on the paper one on the page as it is shown."""
    from pypdfium2 import raw

    width, height = (max(1, round(size * _FINE)) for size in page.get_size())

    def device(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value / _FINE, down.value / _FINE

    # It is linear: three points say what becomes of all.
    (ox, oy), (ax, ay), (bx, by) = device(0, 0), device(_FAR, 0), device(0, _FAR)
    xx, xy, yx, yy = (ax - ox) / _FAR, (bx - ox) / _FAR, (ay - oy) / _FAR, (by - oy) / _FAR

    def placed(rect: Any) -> Box:
        corners = (rect.left, rect.top), (rect.right, rect.bottom)
        xs = [ox + x * xx + y * xy for x, y in corners]
        ys = [oy + x * yx + y * yy for x, y in corners]
        return Box(min(xs), min(ys), max(xs), max(ys))

    return placed


def _lines(letters: Sequence[Piece]) -> list[TextLine]:
    rows: list[list[Piece]] = []
    middle = 0.0
    for letter in sorted(letters, key=lambda one: one.box.middle):
        if not rows or letter.box.middle - middle > letter.box.height / 3:
            rows.append([])
            middle = letter.box.middle
        rows[-1].append(letter)
    return [list(_pieces(row)) for row in rows]


def _pieces(letters: Sequence[Piece]) -> Iterator[Piece]:
    """Letters of a line put together; one that is painted twice, to look bold, counts once."""
    whole: Piece | None = None
    last: Piece | None = None
    apart = _apart(letters)
    for letter in sorted(letters, key=lambda one: one.box.left):
        size = min(_size(one) for one in (letter, last or letter))
        if last and letter.text == last.text and letter.box.left - last.box.left < _TWICE * size:
            continue
        gap = letter.box.left - last.box.right if last else 0.0
        last = letter
        if whole is None or gap > max(apart, _APART * size):
            if whole:
                yield whole
            whole = Piece(letter.text, letter.box)
        else:
            whole.text += f" {letter.text}" if gap > _BLANK * size else letter.text
            whole.box = whole.box.around(letter.box)
    if whole:
        yield whole


def _size(letter: Piece) -> float:
    """How high a letter is; Chinese fonts have more air above and below than beside their letters."""
    height, width = letter.box.height, letter.box.right - letter.box.left
    return min(height, _HIGH * width) if letter.text >= _FIRST_WIDE else height


def _apart(letters: Sequence[Piece]) -> float:
    """The least gap between pieces of letters that are all as wide as their blank; 0 for others."""
    widths = sorted(one.box.right - one.box.left for one in letters)
    narrow, wide = widths[len(widths) // 10], widths[-1 - len(widths) // 10]
    return _APART_OF_WIDTH * wide if len(widths) > 10 and wide < 1.05 * narrow else 0.0
