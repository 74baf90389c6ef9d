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

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from core.documents.blocks import Block, block_of, kept_of
from core.documents.further_fonts import compacted
from core.documents.operators import Key, streams_of, tidied
from core.documents.penmanship import BASE, Pen, UnfitError, Written
from core.documents.skeleton import FIELD, Page, told
from core.documents.squares import squares

#: Shapes that a process keeps, and fields of the largest: a page has no more.
_KEPT, MOST_FIELDS = 256, 1500
#: Pixels by which a text may be too long, as sums of fractions are.
_SLACK = 0.01


@dataclass(frozen=True)
class Piece:
    """A text of a line: fields by their numbers, and what all pages have."""

    pen: Pen
    parts: tuple[str | int, ...]
    #: How far down its baseline is.
    down: bytes
    #: The operator by which WeasyPrint has put it there.
    operator: bytes

    @property
    def is_own(self) -> bool:
        """Whether it has a field."""
        return any(isinstance(part, int) for part in self.parts)

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

    def alone(self, place: "Place | None") -> "Alone | None":
        """The line as one field; None where there is more on it."""
        parts = self.pieces[0].parts if len(self.pieces) == 1 else ()
        if place is None or len(parts) != 1 or not isinstance(parts[0], int):
            return None
        pen, down = self.pieces[0].pen, self.pieces[0].down
        return Alone(parts[0], pen, self.start, self.end - self.start, self.before, down, place)

    def set(self, values: Sequence[str]) -> list[tuple[bytes, Written]]:
        """Each piece, and the operator that goes to its place; raises UnfitError where they are too long."""
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


#: In which stream of a shape, and the number of the operator there.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Alone:
    """A line that is one field and nothing else, as most are."""

    field: int
    pen: Pen
    start: float
    width: float
    before: float
    down: bytes
    place: Place


@dataclass
class Shape:
    """A page as it was laid out: its PDF without what is its own."""

    #: Streams with places for its own texts, and the numbers of the objects that have them.
    streams: list[tuple[int, Sequence[bytes]]] = field(default_factory=list)
    alone: list[Alone] = field(default_factory=list)
    #: Other lines, with the places of their pieces; a blank has none.
    mixed: list[tuple[Line, Sequence[Place | None]]] = field(default_factory=list)
    #: Where its own pictures stand: the place, from the left, from the top, how wide.
    pictures: list[tuple[Place, float, float, float]] = field(default_factory=list)
    #: What all pages share.
    block: Block = field(default_factory=lambda: block_of(()))
    #: The numbers of the catalog and of the names of fonts, and what all pages have in them.
    catalog: tuple[int, bytes] = (0, b"")
    fonts: tuple[int, bytes] = (0, b"")

    def contents(self, page: Page) -> tuple[list[bytes], set[Any]]:
        """The operators of its streams, and what glyphs they take from further fonts; raises UnfitError."""
        values, streams = page.values, [list(operators) for _number, operators in self.streams]
        further = self._set_alone(values, streams)
        for line, places in self.mixed:
            for place, (moved, one) in zip(places, line.set(values), strict=True):
                further |= one.further
                if place is not None and one.operators:
                    streams[place[0]][place[1]] = moved + one.operators
        for ((stream, n), *square), source in zip(self.pictures, page.pictures, strict=True):
            streams[stream][n] = squares(source, *square)
        return [b"\n".join(operators) for operators in streams], further

    def _set_alone(self, values: Sequence[str], streams: Sequence[list[bytes]]) -> set[Any]:
        """Set the fields that stand alone, nine of ten: one after the other, without a call for each."""
        further: set[Any] = set()
        for line in self.alone:
            value = values[line.field]
            if not value:
                continue
            one = line.pen.known.get(value) or line.pen.write(value)
            free = line.width - one.width
            if free < -_SLACK:
                raise UnfitError(value)
            if one.further:
                further |= one.further
            stream, n = line.place
            start = line.start + free * line.before
            streams[stream][n] = b"1 0 0 -1 %.4f %b Tm %b" % (start, line.down, one.operators)
        return further


class Shapes:
    """The shapes that a process knows, the one that was needed last at the end."""

    def __init__(self) -> None:
        self._known: OrderedDict[Any, Shape | None] = OrderedDict()
        self._pens: dict[Any, Pen] = {}
        self._primer: Sequence[Any] = ()
        #: The fonts that texts were set in, by their names.
        self.faces: dict[str, Any] = {}

    def of(self, page: Page, layout: Callable[[str], Any], write: Callable[..., Any]) -> Shape | None:
        """The shape of a page, learned where it is new; None where such pages are laid out each."""
        if not page.fields or len(page.fields) > MOST_FIELDS:
            return None
        key = page.key
        if key not in self._known:
            self._known[key] = learned(page, layout, write, self)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def primer(self, layout: Callable[[str], Any]) -> Sequence[Any]:
        """Pages with all characters that the fonts of each shape have, laid out once."""
        if not self._primer:
            alphabet = "".join(sorted(BASE - {"\u00a0", "<", "&"})) + "&lt;&amp;\u00a0"
            self._primer = layout(f'<p>{alphabet}</p><p style="font-weight:600">{alphabet}</p>').pages
        return self._primer

    def pen(self, style: Any) -> Pen:
        """The pen of a style."""
        named = ("font_family", "font_size", "font_weight", "font_style", "font_stretch", "lang")
        key = tuple(str(style[name]) for name in named)
        if key not in self._pens:
            self._pens[key] = Pen(style, self.faces)
        return self._pens[key]


def learned(
    page: Page, layout: Callable[[str], Any], write: Callable[..., Any], shapes: Shapes
) -> Shape | None:
    """Lay out a page of a shape, and keep where everything stands."""
    document = layout(page.as_shape())
    count = len(document.pages)
    found = [(n, line) for n in range(count) for line in _lines(document.pages[n]._page_box, shapes.pen)]
    parts = [part for _n, line in found for piece in line.pieces for part in piece.parts]
    if {part for part in parts if isinstance(part, int)} != set(range(len(page.fields))):
        return None
    pictures = [(n, place) for n in range(count) for place in _pictures(document.pages[n]._page_box)]
    if len(pictures) != len(page.pictures):
        return None
    learning = _Learning(found, pictures, count)
    with suppress(_Enough):
        write(document.copy([*document.pages, *shapes.primer(layout)]), learning.keep)
    return learning.shape()


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
            if any(piece.is_own for piece in pieces):
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


class _Enough(Exception):
    """All of a PDF is known that is needed: WeasyPrint need not pack it into a file."""


@dataclass
class _Learning:
    """What becomes of a page that was laid out."""

    #: The page that each stands on first: what stands at the edges of several is a line of each.
    lines: Sequence[tuple[int, Line]]
    pictures: Sequence[tuple[int, tuple[float, float, float]]]
    pages: int
    learned: Shape = field(default_factory=Shape)
    places: dict[Key, Place] = field(default_factory=dict)

    def keep(self, written: Any, pdf: Any) -> None:
        """Keep the objects of a PDF: streams with places for a page's own texts, and all else as it is."""
        import pydyf

        references, shape = pdf.pages["Kids"][::3], self.learned
        pdf.pages["Kids"] = pydyf.Array(pdf.pages["Kids"][: 3 * self.pages])
        pdf.pages["Count"] = self.pages
        contents = [_number_of(pdf.objects[n]["Contents"]) for n in references]
        faces = {font.hash: font for font in written.fonts.values()}
        fonts = next(n for n, one in enumerate(pdf.objects) if _names(one) >= set(faces))
        dropped = {_number_of(pdf.catalog.pop("Metadata")), *references[self.pages :], *contents}
        compact = {name: face for name, face in faces.items() if face.type == "otf"}
        dropped |= compacted(pdf, fonts, compact)
        for number, n in enumerate(references[: self.pages]):
            operators = [_bytes(one) for one in pdf.objects[contents[number]].stream]
            pdf.objects[n]["Contents"] = self._parted(number, pdf, tidied(operators, compact))
        catalog = pdf.catalog.number
        shape.catalog, shape.fonts = (catalog, _open(pdf.catalog)), (fonts, _open(pdf.objects[fonts]))
        own = {0, catalog, fonts, *(number for number, _operators in shape.streams)}
        kept = (pydyf.Dictionary() if n in dropped else one for n, one in enumerate(pdf.objects))
        shape.block = block_of([None if n in own else kept_of(one) for n, one in enumerate(kept)])
        raise _Enough

    def _parted(self, page: int, pdf: Any, operators: Sequence[bytes]) -> Any:
        """References to the streams of a page."""
        import pydyf

        shape, references = self.learned, pydyf.Array()
        pictures = [n for n, (on, _place) in enumerate(self.pictures) if on == page]
        for stream in streams_of(operators, self._texts(page), pictures):
            one = pydyf.Stream(stream.operators, compress=True)
            pdf.add_object(one)
            references.append(one.reference)
            if stream.places:
                self.places |= {key: (len(shape.streams), n) for key, n in stream.places.items()}
                shape.streams.append((one.number, stream.operators))
        return references

    def _texts(self, page: int) -> dict[bytes, tuple[int, int]]:
        """Where WeasyPrint has put each text of the page's lines → which it is."""
        lines = [(n, line) for n, (on, line) in enumerate(self.lines) if on == page]
        return {piece.operator: (n, m) for n, line in lines for m, piece in enumerate(line.pieces)}

    def shape(self) -> Shape | None:
        """The shape; None where a text was not found among the operators."""
        shape = self.learned
        for n, (_page, line) in enumerate(self.lines):
            places = [self.places.get((n, m)) for m in range(len(line.pieces))]
            if any(place is None and piece.is_own for place, piece in zip(places, line.pieces, strict=True)):
                return None
            alone = line.alone(places[0])
            if alone is not None:
                shape.alone.append(alone)
            else:
                shape.mixed.append((line, places))
        shape.pictures = [(self.places[n], *place) for n, (_page, place) in enumerate(self.pictures)]
        return shape


def _open(one: Any) -> bytes:
    """A dictionary without its end."""
    data: bytes = one.data
    return data.removesuffix(b">>")


def _number_of(reference: bytes) -> int:
    return int(reference.split()[0])


def _names(one: Any) -> set[str]:
    return set(one) if isinstance(one, dict) else set()


def _bytes(operator: bytes | str) -> bytes:
    return operator if isinstance(operator, bytes) else operator.encode()
