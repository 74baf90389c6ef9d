"""Layout replay: a page whose like was laid out before is written, and not laid out again.

Problem: laying out a statement of one page and painting it takes 160 ms, nearly all of it to find again where
the last one had its texts. Rule: of each shape (`skeleton`) WeasyPrint lays out one page, with a text that
stands for each field, and where it put them is kept with the operators of all else. Each page of that shape
then consists of those operators, with its own texts where the others stood, set by `penmanship`. A text that
is too long for its place, a character that our fonts don't have, a page that goes on overleaf: such a page is
laid out whole. Example: a thousand statements of one page, in four shapes, take four layouts and a
thousandfold 6 ms, instead of 160.

What is printed follows from the page alone, and not from what was printed before it: the page that a shape is
learned from holds nothing of the first one that needs it. So the same record gives the same bytes, in a batch
and by itself. WeasyPrint's own boxes are read here, and some of its parts called that it doesn't promise to
keep: its version is pinned, and tests compare both ways.
"""

import re
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from core.documents.blocks import Block, block_of
from core.documents.further_fonts import compacted
from core.documents.penmanship import BASE, Pen, UnfitError, Written, codes
from core.documents.skeleton import FIELD, Page, told
from core.documents.squares import squares

#: Shapes that a process keeps, and fields of the largest: a page has no more.
_KEPT, MOST_FIELDS = 256, 1500
#: Pixels by which a text may be too long, as sums of fractions are.
_SLACK = 0.01
_GLYPHS = re.compile(rb"<([0-9a-f]+)>")


@dataclass(frozen=True)
class Piece:
    """A text of a line: fields by their numbers, and what all pages have."""

    pen: Pen
    parts: tuple[str | int, ...]
    #: How far down its baseline is.
    down: bytes
    #: The operator by which WeasyPrint has put it there.
    operator: bytes

    def said(self, values: Sequence[str]) -> str:
        """What it says on a page with these values."""
        return "".join([part if isinstance(part, str) else values[part] for part in self.parts])


@dataclass(frozen=True)
class Line:
    """A line with fields: where it begins and ends, and what stands on it, one after the other."""

    start: float
    end: float
    #: Which part of what is free stands before it: 0 to the left, 1 to the right, 0.5 in the middle.
    before: float
    pieces: tuple[Piece, ...]

    @cached_property
    def field(self) -> int | None:
        """The one field that is all of it, as on most lines."""
        parts = self.pieces[0].parts if len(self.pieces) == 1 else ()
        return parts[0] if len(parts) == 1 and isinstance(parts[0], int) else None

    def set(self, values: Sequence[str]) -> list[tuple[bytes, Written]]:
        """Each piece, and the operator that goes to its place; raises UnfitError where they are too long."""
        if self.field is not None:
            return [self._set_alone(values[self.field])]
        written = [piece.pen.write(piece.said(values)) for piece in self.pieces]
        width = sum([one.width for one in written])
        free = self.end - self.start - width
        if free < -_SLACK:
            raise UnfitError(values)
        place, found = self.start + free * self.before, []
        for piece, one in zip(self.pieces, written, strict=True):
            found.append((b"1 0 0 -1 %.4f %b Tm " % (place, piece.down), one))
            place += one.width
        return found

    def _set_alone(self, value: str) -> tuple[bytes, Written]:
        piece = self.pieces[0]
        one = piece.pen.known.get(value) or piece.pen.write(value)
        free = self.end - self.start - one.width
        if free < -_SLACK:
            raise UnfitError(value)
        return b"1 0 0 -1 %.4f %b Tm " % (self.start + free * self.before, piece.down), one


#: A part of a page: operators, or a piece by its line and its number on it, with the font that follows it.
Part = bytes | tuple[int, int, bytes]


@dataclass
class Shape:
    """A page as it was laid out: its PDF without what is its own."""

    lines: list[Line]
    #: Where its own pictures stand: on which page, from the left, from the top, how wide.
    pictures: list[tuple[int, float, float, float]] = field(default_factory=list)
    #: The parts of each page, and the number of the object that has them.
    pages: list[tuple[int, list[Part]]] = field(default_factory=list)
    #: The objects of the PDF that each page changes, by their numbers.
    objects: dict[int, Any] = field(default_factory=dict)
    #: What all pages share.
    block: Block = field(default_factory=lambda: block_of(()))
    #: Numbers of the catalog, and of the names of fonts.
    catalog: int = 0
    fonts: int = 0

    def contents(self, page: Page) -> tuple[list[bytes], set[Any]]:
        """The operators of each page, and what glyphs they take from further fonts; raises UnfitError."""
        values = page.values
        lines = [line.set(values) for line in self.lines]
        further = {glyph for line in lines for _moved, one in line if one.further for glyph in one.further}
        contents = [self._content(parts, lines) for _number, parts in self.pages]
        for (number, *place), source in zip(self.pictures, page.pictures, strict=True):
            before, ending, after = contents[number].rpartition(b"\nQ")  # of the page's own measure
            contents[number] = before + b"\n" + squares(source, *place) + ending + after
        return contents, further

    def _content(self, parts: Sequence[Part], lines: Sequence[Sequence[tuple[bytes, Written]]]) -> bytes:
        operators: list[bytes] = []
        for part in parts:
            if isinstance(part, bytes):
                operators.append(part)
                continue
            line, piece, font = part
            moved, written = lines[line][piece]
            if written.operators:
                operators.append(moved + written.operators)
            operators.append(font)
        return b"\n".join(operators)


class Shapes:
    """The shapes that a process knows, the one that was needed last at the end."""

    def __init__(self) -> None:
        self._known: OrderedDict[Any, Shape | None] = OrderedDict()
        self._pens: dict[Any, Pen] = {}
        #: The fonts that texts were set in, by their names.
        self.faces: dict[str, Any] = {}

    def of(self, page: Page, layout: Callable[[str], Any], write: Callable[..., Any]) -> Shape | None:
        """The shape of a page, learned where it is new; None where such pages are laid out each."""
        if not page.fields or len(page.fields) > MOST_FIELDS:
            return None
        key = page.key
        if key not in self._known:
            self._known[key] = learned(page, layout, write, self.pen)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def pen(self, style: Any) -> Pen:
        """The pen of a style."""
        named = ("font_family", "font_size", "font_weight", "font_style", "font_stretch", "lang")
        key = tuple(str(style[name]) for name in named)
        if key not in self._pens:
            self._pens[key] = Pen(style, self.faces)
        return self._pens[key]


def learned(
    page: Page, layout: Callable[[str], Any], write: Callable[..., Any], pen: Callable[[Any], Pen]
) -> Shape | None:
    """Lay out a page of a shape, and keep where everything stands."""
    document = layout(page.as_shape())
    count = len(document.pages)
    found = [(n, line) for n in range(count) for line in _lines(document.pages[n]._page_box, pen)]
    lines = [line for _n, line in found]
    parts = [part for line in lines for piece in line.pieces for part in piece.parts]
    if {part for part in parts if isinstance(part, int)} != set(range(len(page.fields))):
        return None
    pictures = [(n, *place) for n in range(count) for place in _pictures(document.pages[n]._page_box)]
    if len(pictures) != len(page.pictures):
        return None
    shape = Shape(lines, pictures)
    alphabet = "".join(sorted(BASE - {"\u00a0", "<", "&"})) + "&lt;&amp;\u00a0"
    primer = layout(f'<p>{alphabet}</p><p style="font-weight:600">{alphabet}</p>')
    whole = document.copy([*document.pages, *primer.pages])
    write(whole, lambda written, pdf: _keep(shape, count, written, pdf))
    return shape


def _lines(page: Any, pen: Callable[[Any], Pen]) -> Iterator[Line]:
    """The lines of a page that have fields."""
    from weasyprint.formatting_structure import boxes

    waiting: list[tuple[Any, Any, bool]] = [(page, None, False)]
    while waiting:
        box, block, edge = waiting.pop()
        box = getattr(box, "_box", box)  # what is placed by itself stands for its box
        edge = edge or isinstance(box, boxes.MarginBox)
        if isinstance(box, boxes.LineBox):
            texts = [one for one in box.descendants() if isinstance(one, boxes.TextBox)]
            pieces = tuple(_piece(one, pen, edge) for one in texts)
            if any(isinstance(part, int) for piece in pieces for part in piece.parts):
                yield _line(block, texts[0].position_x, pieces)
            # A block within the line has lines of its own.
            inner = (one for one in box.descendants() if isinstance(one, boxes.BlockContainerBox))
            waiting += [(one, box, edge) for one in inner]
        elif isinstance(box, boxes.ParentBox):
            waiting += [(child, box, edge) for child in box.children]


def _pictures(page: Any) -> list[tuple[float, float, float]]:
    """Where the own pictures of a page stand, in its order."""
    from weasyprint.formatting_structure import boxes

    found = {
        box.element: (box.content_box_x(), box.content_box_y(), box.width)
        for box in page.descendants()
        if isinstance(box, boxes.ReplacedBox) and "own" in (box.element.get("class") or "").split()
    }
    return list(found.values())


def _line(block: Any, first: float, pieces: tuple[Piece, ...]) -> Line:
    align = block.style["text_align_all"]
    before = {"right": 1.0, "end": 1.0, "center": 0.5}.get(align, 0.0)
    left, right = block.content_box_x(), block.content_box_x() + block.width
    # What floats beside it has moved the line.
    return Line(left if before else first, right, before, pieces)


def _piece(box: Any, pen: Callable[[Any], Pen], edge: bool) -> Piece:
    """A text; at the edge of a page it repeats what fields say."""
    import pydyf

    element = box.element
    named = not edge and getattr(element, "tag", "") == FIELD
    parts = (int(element.get("n")),) if named else told(box.text) if edge else (box.text,)

    place, baseline = box.position_x, box.position_y + box.baseline
    stream = pydyf.Stream()
    stream.set_text_matrix(1, 0, 0, -1, place, baseline)
    return Piece(pen(box.style), parts, b"%.4f" % baseline, stream.stream[0])


def _keep(shape: Shape, count: int, written: Any, pdf: Any) -> None:
    """Keep the objects of a PDF: those of its pages in parts, the others as they are."""
    import pydyf

    references = pdf.pages["Kids"][::3]
    pdf.pages["Kids"] = pydyf.Array(pdf.pages["Kids"][: 3 * count])
    pdf.pages["Count"] = count
    contents = {n: _number_of(pdf.objects[n]["Contents"]) for n in references}
    faces = {font.hash: font for font in written.fonts.values()}
    shape.catalog = pdf.catalog.number
    shape.fonts = next(n for n, one in enumerate(pdf.objects) if _names(one) >= set(faces))
    dropped = {_number_of(pdf.catalog["Metadata"]), *references[count:]}
    dropped |= {contents[n] for n in references[count:]}
    compact = {name: face for name, face in faces.items() if face.type == "otf"}
    dropped |= compacted(pdf, shape.fonts, compact)
    for n in references[:count]:
        operators = [_bytes(one) for one in pdf.objects[contents[n]].stream]
        shape.pages.append((contents[n], _parts(shape.lines, _recoded(operators, compact))))
    shape.objects = {n: pdf.objects[n] for n in (shape.catalog, shape.fonts)}
    own = {*shape.objects, *(number for number, _content in shape.pages)}
    kept = (pydyf.Dictionary() if n in dropped else one for n, one in enumerate(pdf.objects))
    shape.block = block_of([None if n in own or not n else Kept(one) for n, one in enumerate(kept)])


def _number_of(reference: bytes) -> int:
    return int(reference.split()[0])


def _names(one: Any) -> set[str]:
    return set(one) if isinstance(one, dict) else set()


def _bytes(operator: bytes | str) -> bytes:
    return operator if isinstance(operator, bytes) else operator.encode()


def _recoded(operators: Sequence[bytes], faces: Mapping[str, Any]) -> list[bytes]:
    """The operators with the codes that the compact fonts have."""
    found, recoding = [], None
    for operator in operators:
        if operator.endswith(b" Tf"):
            face = faces.get(operator[1 : operator.index(b" ")].decode())
            recoding = codes(face) if face else None
        elif recoding is not None and operator.endswith(b" TJ"):
            operator = _GLYPHS.sub(partial(_recode, recoding), operator)
        found.append(operator)
    return found


def _recode(codes: Sequence[int], glyphs: re.Match[bytes]) -> bytes:
    found = glyphs[1]
    return b"<%s>" % b"".join(b"%04x" % codes[int(found[n : n + 4], 16)] for n in range(0, len(found), 4))


class Kept:
    """An object of a PDF with its bytes, which are made once."""

    def __init__(self, one: Any) -> None:
        import pydyf

        self.compressible: bool = one.compressible
        self.data: bytes = _packed(one) if isinstance(one, pydyf.Stream) and one.compress else one.data


def _packed(stream: Any) -> bytes:
    """A stream as pydyf writes it, packed in half the time and to the same size but for a hundredth."""
    import pydyf

    contents = zlib.compress(b"\n".join(map(_bytes, stream.stream)))
    head = pydyf.Dictionary({**stream.extra, "Filter": "/FlateDecode", "Length": len(contents)})
    return b"%s\nstream\n%s\nendstream" % (head.data, contents)


def _parts(lines: Sequence[Line], operators: Sequence[bytes]) -> list[Part]:
    """What stands on a page: between its fields, all operators as they are."""
    places = _places(lines)
    parts: list[Part] = []
    still: list[bytes] = []
    font, n = b"", 0
    while n < len(operators):
        operator = operators[n]
        n += 1
        font = operator if operator.endswith(b" Tf") else font
        place = places.pop(operator, None)
        if place is None:
            still.append(operator)
            continue
        while not operators[n].endswith((b" Tm", b"ET")):
            font = operators[n] if operators[n].endswith(b" Tf") else font
            n += 1
        parts += [b"\n".join(still), (*place, font)]
        still = []
    return [*parts, b"\n".join(still)]


def _places(lines: Sequence[Line]) -> dict[bytes, tuple[int, int]]:
    """Where WeasyPrint has put each text of these lines → which it is."""
    found = {}
    for n, line in enumerate(lines):
        for m, piece in enumerate(line.pieces):
            found[piece.operator] = (n, m)
    return found
