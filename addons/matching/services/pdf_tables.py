"""The rows of the tables of a PDF, each with where it stands.

Problem: three pages, each with the letterhead, the headings, and lines of which some words go over two;
columns have no rules between them, amounts stand to the right below headings that stand to the left, and the
discount is empty in most lines. Rule: a column is where pieces of many lines stand one below the other, or a
heading above nothing. What stands above the tables is the letterhead, one row; what is said around the
tables of every page, at the same height, counts once. Lines that stand half a line beside each other are one
row; a line without a figure of its own, close to a row, is the rest of that one. All pages are one sheet,
whose rows are counted on. Example: `PO/2025/` above and `00017` below the middle of a line is its order,
PO/2025/ 00017.

A page may end in the middle of a row. What stands between the headings of the next page and its first
figures is then the rest of the row before, if the figures of rows stand at their top: where all stands at
the middle of a row, words above its figures are its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from addons.matching.services.pdf_text import Box, Page, Piece, TextLine, box_of, pages_of

#: Pieces of a line that may be one of a table.
_TABULAR = 3
#: In heights of a line: how close lines are that may belong together, and the middles of those that do.
_CLOSE, _BESIDE = 0.6, 0.65
#: In heights of a line: what is no difference.
_SLIP = 0.1
#: A column has pieces in one of so many lines, and in two at least.
_RARE = 12
_FIGURE = re.compile(r"^[^\w]*\d[\d.,'’\s]*[^\w]*(?:[A-Z]{3})?$")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:page|seite|第)?\s*\d+\s*(?:/|of|von|页[,，]?\s*共)\s*\d+\s*页?\W*$", re.IGNORECASE
)

Place = tuple[int, tuple[int, int, int, int]]


@dataclass
class Paper:
    """The rows of a PDF, numbered from 1."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    #: Row → page, and left, top, right and bottom in ten-thousandths of it.
    places: dict[int, Place] = field(default_factory=dict)
    #: Pages without any text among others that have some.
    blind: list[int] = field(default_factory=list)


@dataclass
class Column:
    """From where to where it goes, and whether figures stand in it."""

    left: float
    right: float
    has_figures: bool = False


@dataclass
class _Row:
    cells: dict[int, list[Piece]]
    box: Box
    #: Whether it stands for itself, or may be the rest of another row.
    is_whole: bool


def paper_of(contents: bytes) -> Paper:
    """All rows of a PDF. Raises FileError."""
    pages = pages_of(contents)
    found = Paper(blind=[page.number for page in pages if not page.lines])
    _drop_repeated(pages)
    columns = _columns([line for page in pages for line in page.lines])
    for page, row in _all_rows(pages, columns):
        number = len(found.rows) + 1
        found.rows.append((number, [_text(row.cells.get(n, ())) for n in range(len(columns))]))
        found.places[number] = (page.number, page.share(row.box))
    return found


def _all_rows(pages: Sequence[Page], columns: Sequence[Column]) -> list[tuple[Page, _Row]]:
    """The rows of all pages; what a page has of a row of the page before stands with that one."""
    may_cut = not any(_hangs(page) for page in pages)
    found: list[tuple[Page, _Row]] = []
    for page in pages:
        for line in _cut_off(page, pages[0], columns) if may_cut else ():
            rest = _row(line, columns)
            owners = (row for _page, row in reversed(found[-2:]) if row.is_whole)
            if owner := next((row for row in owners if rest.cells.keys() <= row.cells.keys()), None):
                page.lines.remove(line)
                for n, pieces in rest.cells.items():
                    owner.cells[n] = [*owner.cells[n], *pieces]
        found += [(page, row) for row in _rows(page, columns, is_first=page is pages[0])]
    return found


def _cut_off(page: Page, first: Page, columns: Sequence[Column]) -> list[TextLine]:
    """The lines of a page that may be the rest of the last row of the page before."""
    if page is first:
        return []
    below = page.lines[_after_headings(page, first) :]
    return list(takewhile(lambda line: not _row(line, columns).is_whole, below))


def _after_headings(page: Page, first: Page) -> int:
    """Where what the first page has on top of its table, and this page again, comes to its end."""
    top, _last = _extent(first.lines)
    heads = [_text(line) for line in first.lines[top:]]
    said = [_text(line) for line in page.lines]
    at = said.index(heads[0]) if heads and heads[0] in said else 0
    same = takewhile(lambda pair: pair[0] == pair[1], zip(heads, said[at:], strict=False))
    return at + len(list(same))


def _hangs(page: Page) -> bool:
    """Whether a row has words above its figures: half a line, or closer to them than rests are below."""
    boxes = [box_of(line) for line in page.lines]
    figured = [n for n, line in enumerate(page.lines) if _is_figured(line)]
    return any(
        _gap(boxes[n - 1], boxes[n]) < max(_gap(boxes[above], boxes[above + 1]), 0) - _SLIP * boxes[n].height
        for above, n in pairwise(figured)
        if n - above > 1
    )


def _is_figured(line: TextLine) -> bool:
    """Whether it is a line of a table, and no heading."""
    return len(line) >= _TABULAR and any(_is_figure(piece) for piece in line)


def _text(pieces: Sequence[Piece]) -> str:
    return " ".join(piece.text for piece in pieces)


def _drop_repeated(pages: Sequence[Page]) -> None:
    """What stands around the tables of each page counts once, numbers of pages not at all."""
    seen: set[tuple[str, int]] = set()
    for page in pages:
        first, last = _extent(page.lines)
        around = [line for n, line in enumerate(page.lines) if not first <= n <= last]
        said = {id(line): (_text(line), round(line[0].box.top / 3)) for line in around}
        page.lines = [
            line
            for line in page.lines
            if (one := said.get(id(line))) is None or (one not in seen and not _PAGE_NUMBER.match(one[0]))
        ]
        seen.update((words, top + slip) for words, top in said.values() for slip in (-1, 0, 1))


def _extent(lines: Sequence[TextLine]) -> tuple[int, int]:
    """The first and the last line of tables, with what stands half a line above and below."""
    tabular = [n for n, line in enumerate(lines) if len(line) >= _TABULAR]
    if not tabular:
        return len(lines), len(lines)
    first, last = tabular[0], tabular[-1]
    while first and _is_beside(box_of(lines[first - 1]), box_of(lines[first])):
        first -= 1
    while last + 1 < len(lines) and _is_beside(box_of(lines[last]), box_of(lines[last + 1])):
        last += 1
    return first, last


def _columns(lines: Sequence[TextLine]) -> list[Column]:
    """From the left."""
    tabular = [line for line in lines if len(line) >= _TABULAR]
    figured = [line for line in tabular if _is_figured(line)]
    least = 1 if len(figured) <= _TABULAR else max(2, len(figured) // _RARE)
    spans = _covered([(p.box.left, p.box.right) for line in figured for p in line], least)
    for line in tabular:
        for piece in line:
            if not any(left < piece.box.right and piece.box.left < right for left, right in spans):
                spans.append((piece.box.left, piece.box.right))
    columns = [Column(left, right) for left, right in sorted(spans)] or [Column(0, 1)]
    _tell_figures(columns, figured)
    return columns


def _covered(spans: Sequence[tuple[float, float]], least: int) -> list[tuple[float, float]]:
    """Where at least so many spans lie above one another."""
    edges = sorted([(left, 1) for left, _right in spans] + [(right, -1) for _left, right in spans])
    found, depth, start = [], 0, 0.0
    for at, step in edges:
        if depth < least <= depth + step:
            start = at
        elif depth + step < least <= depth and at > start:
            found.append((start, at))
        depth += step
    return found


def _tell_figures(columns: Sequence[Column], lines: Sequence[TextLine]) -> None:
    """Note which columns have figures in most lines."""
    pieces: dict[int, list[bool]] = {}
    for line in lines:
        for piece in line:
            pieces.setdefault(_column(piece.box, columns), []).append(_is_figure(piece))
    for n, are in pieces.items():
        columns[n].has_figures = sum(are) * 2 > len(are)


def _is_figure(piece: Piece) -> bool:
    return bool(_FIGURE.match(piece.text))


def _column(box: Box, columns: Sequence[Column]) -> int:
    """The one that it shares most with, else the nearest."""
    shared = [min(box.right, one.right) - max(box.left, one.left) for one in columns]
    return shared.index(max(shared))


def _rows(page: Page, columns: Sequence[Column], *, is_first: bool) -> list[_Row]:
    """The rows of a page; those of several lines put together."""
    lines = _with_one_head(page.lines) if is_first else page.lines
    rows: list[_Row] = []
    last: Box | None = None
    for line in lines:
        row = _row(line, columns)
        if last and _is_beside(last, row.box):
            _add(rows[-1], row)
        else:
            rows.append(row)
        last = box_of(line)
    while _put_one_together(rows):
        pass
    return rows


def _add(whole: _Row, rest: _Row) -> None:
    """Put what stands in both together, the upper first."""
    first, second = sorted((whole, rest), key=lambda row: row.box.top)
    columns = {*first.cells, *second.cells}
    whole.cells = {n: [*first.cells.get(n, ()), *second.cells.get(n, ())] for n in columns}
    whole.box = whole.box.around(rest.box)
    whole.is_whole = whole.is_whole or rest.is_whole


def _with_one_head(lines: Sequence[TextLine]) -> list[TextLine]:
    """What stands above the table is one line: headings are looked for near the top."""
    table, _last = _extent(lines)
    head = [piece for line in lines[:table] for piece in line]
    return [*([head] if head else []), *lines[table:]]


def _row(line: TextLine, columns: Sequence[Column]) -> _Row:
    cells: dict[int, list[Piece]] = {}
    for piece in line:
        cells.setdefault(_column(piece.box, columns), []).append(piece)
    may_be_rest = len(line) < _TABULAR and all(_is_words_of_one(piece, columns) for piece in line)
    return _Row(cells, box_of(line), not may_be_rest)


def _is_words_of_one(piece: Piece, columns: Sequence[Column]) -> bool:
    """Whether it lies in one column, and says nothing that could be a total of its own."""
    lies = [one for one in columns if one.left < piece.box.right and piece.box.left < one.right]
    return len(lies) == 1 and not (lies[0].has_figures and _is_figure(piece))


def _put_one_together(rows: list[_Row]) -> bool:
    """Give the first rest that is close to a whole row to that one; whether there was one."""
    for n, row in enumerate(rows):
        if not row.is_whole and (owner := _owner(rows, n)):
            _add(owner, row)
            del rows[n]
            return True
    return False


def _owner(rows: Sequence[_Row], n: int) -> _Row | None:
    """The whole row close above or below that has words in the same columns."""
    row = rows[n]
    above = next((one for one in reversed(rows[:n]) if one.is_whole), None)
    below = next((one for one in rows[n + 1 :] if one.is_whole), None)
    near = []
    for one in filter(None, (above, below)):
        gap = _gap(row.box, one.box)
        if gap < _CLOSE * row.box.height and row.cells.keys() <= one.cells.keys():
            near.append((gap, one))
    return min(near, key=lambda found: found[0])[1] if near else None


def _is_beside(one: Box, other: Box) -> bool:
    """Whether the middles of two lines are less than a line apart."""
    return abs(other.middle - one.middle) < _BESIDE * max(one.height, other.height)


def _gap(one: Box, other: Box) -> float:
    """What is between them from top to bottom; below zero where they are beside each other."""
    return max(one.top - other.bottom, other.top - one.bottom)
