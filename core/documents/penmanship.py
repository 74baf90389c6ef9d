"""Texts as glyphs, as Pango would set them: by single characters and neighbours that it was asked of once.

Problem: to have Pango set each text of a statement takes as long as a fifth of its layout. Rule: what it says
of a character, and of a pair of neighbours (how much closer they stand), is known from then on, for each
style. A text that this doesn't explain, such as one whose letters join, is refused: it is laid out whole.
Example: “AV” is A, V, and 0.4 points less between them; a name of forty characters costs forty look-ups.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from core.documents.fonts import CHINESE_FAMILY

#: What each document's own fonts have; all other characters of fields come from further fonts.
BASE = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\u00a0–−·…€")
#: The first of the characters that Chinese is written with.
_CHINESE = "\u2e80"
#: Names of further fonts end in it.
FURTHER = "x"
#: By the names of fonts.
_CODES: dict[str, Sequence[int]] = {}
_LETTER = re.compile(r"[^\W\d_]")
#: Texts that a style keeps in mind.
_REMEMBERED = 20_000


class UnfitError(Exception):
    """A text that can't be set by itself, or is too long for its place."""


@dataclass(frozen=True)
class Glyph:
    """A glyph of a font: how far it moves on in the style's size, in units of Pango, and as a PDF says it."""

    font: str
    number: int
    #: What the PDF calls it.
    code: int
    advance: int
    width: int
    #: What it stands for: a character, or two that join.
    text: str
    #: Whether it comes from a further font.
    further: bool

    def like(self, other: "Glyph") -> bool:
        """Whether it is the same drawing."""
        return (self.font, self.number) == (other.font, other.number)

    @property
    def resource(self) -> str:
        """The name of the font in the PDF that has it."""
        return self.font + FURTHER if self.further else self.font


@dataclass(frozen=True, slots=True)
class Stroke:
    """A glyph as it is written before its neighbour."""

    glyph: Glyph
    #: Of the font that has it.
    resource: str
    operators: str
    #: In units of Pango.
    advance: int


@dataclass(frozen=True)
class Written:
    """A text as operators of a PDF."""

    operators: bytes
    #: In pixels.
    width: float
    #: The glyphs that the document's own fonts don't have.
    further: frozenset[Glyph]


class Pen:
    """One style: a font, its size and its weight."""

    def __init__(self, style: Any, faces: dict[str, Any]) -> None:
        from weasyprint.text.line_break import Layout

        self._layout, self._faces = Layout(style), faces
        self._fonts: dict[Any, Any] = {}
        self.size = 0.0
        self._joined: dict[str, bool] = {}
        self._single: dict[str, Glyph] = {}
        self._runs: dict[tuple[str, ...], Sequence[Stroke]] = {}
        #: The first of two plain neighbours, as it is written before the second: by both.
        self._before: dict[str, Stroke] = {}
        #: By the glyph, and by how much closer the next one stands to it, below zero.
        self._known_strokes: dict[tuple[Glyph, int], Stroke] = {}
        #: What was written before.
        self.known: dict[str, Written] = {}

    def write(self, text: str) -> Written:
        """The text; raises UnfitError where it is more than its characters."""
        found = self.known.get(text)
        if found is None:
            if len(self.known) > _REMEMBERED:
                self.known.clear()
            found = self.known[text] = self._write(text)
        return found

    def _write(self, text: str) -> Written:
        operators: list[str] = []
        further: set[Glyph] = set()
        font, units = "", 0
        for stroke in self._plainly(text) or self._strokes(self._units(text)):
            if stroke.resource != font:
                operators.append(f"{'>] TJ ' if font else ''}/{stroke.resource} {self.size:g} Tf [<")
                font = stroke.resource
            operators.append(stroke.operators)
            units += stroke.advance
            if stroke.glyph.further:
                further.add(stroke.glyph)
        written = ("".join(operators) + (">] TJ" if operators else "")).encode()
        return Written(written, units / 1024, frozenset(further))

    def _plainly(self, text: str) -> Sequence[Stroke] | None:
        """What `_strokes` says of a text whose neighbours were all met before, and are plain; else None.

        Plain are two that don't join, without a blank, and not Chinese: nothing but the two matters there.
        """
        before = self._before
        try:
            found = [before[text[n : n + 2]] for n in range(len(text) - 1)]
        except KeyError:
            return None
        return [*found, self._stroke(self._glyph(text[-1]), 0)] if text else None

    def _units(self, text: str) -> Sequence[str]:
        """Its characters; two that join, as in “Software”, are one."""
        if not _LETTER.search(text):
            return text
        units: list[str] = []
        for character in text:
            if units and self._join(units[-1] + character):
                units[-1] += character
            else:
                units.append(character)
        return units

    def _strokes(self, units: Sequence[str]) -> Iterator[Stroke]:
        """What is written of each unit, as its neighbours have it."""
        apart = frozenset(_borders(units))
        n, last = 0, len(units) - 1
        while n < last:
            if units[n] == " " and n:  # a second one: the first stood in the run before
                yield self._stroke(self._glyph(" "), 0)
                n += 1
                continue
            run = units[n : n + (3 if units[n + 1] == " " else 2)]
            strokes = self._run(tuple(run))
            pair = "".join(run)
            if len(pair) == 2 and pair < _CHINESE and " " not in pair and pair[1] < _CHINESE:
                self._before[pair] = strokes[0]
            for stroke in strokes:
                yield self._stroke(stroke.glyph, 0) if n in apart else stroke
                n += 1
        if units:
            yield self._stroke(self._glyph(units[last]), 0)

    def _join(self, pair: str) -> bool:
        found = self._joined.get(pair)
        if found is None:
            joined = pair.isalpha() and len(list(self._set((pair,)))) == 1
            found = self._joined[pair] = joined
        return found

    def _stroke(self, glyph: Glyph, closer: int) -> Stroke:
        found = self._known_strokes.get((glyph, closer))
        if found is None:
            moved = int(glyph.width - (glyph.advance + closer) * 1000 / 1024 / self.size)
            operators = f"{glyph.code:04x}" + (f">{moved}<" if moved else "")
            found = Stroke(glyph, glyph.resource, operators, glyph.advance + closer)
            self._known_strokes[glyph, closer] = found
        return found

    def _glyph(self, unit: str) -> Glyph:
        found = self._single.get(unit)
        if found is None:
            (found,) = _of_number(list(self._set((unit,))), 1, unit)
            self._single[unit] = found
        return found

    def _run(self, run: tuple[str, ...]) -> Sequence[Stroke]:
        """All of a run but its last character, each as much closer to the next one as that stands.

        A blank is of the font of one of its neighbours, so that it comes with both of them.
        """
        found = self._runs.get(run)
        if found is None:
            found = self._runs[run] = self._together(run)
        return found

    def _together(self, run: tuple[str, ...]) -> Sequence[Stroke]:
        found = []
        for glyph in _of_number(list(self._set(run)), len(run), "".join(run)):
            alone = self._glyph(glyph.text)
            if not (glyph.like(alone) or glyph.text == " "):
                raise UnfitError(run)
            closer = glyph.advance - alone.advance if glyph.like(alone) else 0
            found.append(self._stroke(alone if glyph.like(alone) else glyph, closer))
        return found[:-1]

    def _set(self, units: Sequence[str]) -> Iterator[Glyph]:
        """What Pango makes of these characters, one after the other; raises UnfitError where one is moved."""
        from weasyprint.text.ffi import ffi, pango

        self._layout.set_text("".join(units))
        line, _more = self._layout.get_first_line()
        run, waiting = line.runs[0], list(reversed(units))
        while run != ffi.NULL:
            item, run = run.data, run.next
            font, self.size = self._font(item.item.analysis.font)
            for info in item.glyphs.glyphs[0 : item.glyphs.num_glyphs]:
                moved = info.geometry.x_offset or info.geometry.y_offset
                if moved or info.glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG:
                    raise UnfitError(units)
                width = self._width(item.item.analysis.font, font, info.glyph)
                unit = waiting.pop() if waiting else ""
                further = unit not in BASE or font.family == CHINESE_FAMILY
                code = codes(font)[info.glyph] if further else info.glyph
                yield Glyph(font.hash, info.glyph, code, info.geometry.width, width, unit, further)

    def _font(self, pango_font: Any) -> tuple[Any, float]:
        from weasyprint.pdf.fonts import Font
        from weasyprint.text.fonts import get_pango_font_key

        key, description, size = get_pango_font_key(pango_font)
        if key not in self._fonts:
            font = Font(pango_font, description, size)
            self._fonts[key] = self._faces.setdefault(font.hash, font)
        return self._fonts[key], size

    def _width(self, pango_font: Any, font: Any, number: int) -> int:
        """Of a glyph in a PDF, in thousandths of the size."""
        from weasyprint.text.ffi import FROM_UNITS, ffi, pango

        if number not in font.widths:
            ink, logical = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")
            pango.pango_font_get_glyph_extents(pango_font, number, ink, logical)
            font.widths[number] = round(logical.width * 1000 * FROM_UNITS / self.size)
        return int(font.widths[number])


def codes(face: Any) -> Sequence[int]:
    """What a further font calls the glyphs of this one: cubic outlines have names that are numbers."""
    from weasyprint.text.fonts import get_hb_object_data

    if face.hash not in _CODES:
        _CODES[face.hash] = _codes(get_hb_object_data(face.hb_face))
    return _CODES[face.hash]


def _codes(font: bytes) -> Sequence[int]:
    from fontTools.ttLib import TTFont

    with TTFont(BytesIO(font), lazy=True) as opened:
        names = opened.getGlyphOrder()
        if "CFF " not in opened:
            return range(len(names))
        return [int(name.removeprefix("cid")) for name in ("cid0", *names[1:])]


def _of_number(glyphs: list[Glyph], wanted: int, text: str) -> list[Glyph]:
    if len(glyphs) != wanted:
        raise UnfitError(text)
    return glyphs


def _borders(units: Sequence[str]) -> Iterator[int]:
    """Where Latin letters follow signs that go with Chinese before them: nothing moves closer there."""
    chinese = False
    for n, unit in enumerate(units[:-1]):
        letter, following = unit.isalpha(), units[n + 1]
        if chinese and not letter and following.isalpha() and following < _CHINESE:
            yield n
        chinese = unit >= _CHINESE if letter else chinese
