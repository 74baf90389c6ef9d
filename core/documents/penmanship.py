"""Texts as glyphs, as Pango would set them: by single characters and pairs that it was asked of once.

Problem: to have Pango set each text of a statement takes as long as a fifth of its layout. Rule: what it says
of a character, and of a pair of neighbours (how much closer they stand), is known from then on, for each
style. A text that this doesn't explain, such as one whose letters join, is refused: it is laid out whole.
Example: “AV” is A, V, and 0.4 points less between them; a name of forty characters costs forty look-ups.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from core.documents.fonts import CHINESE_FAMILY

#: What each document's own fonts have; all other characters of fields come from further fonts.
BASE = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\u00a0–−·…€")
#: Names of further fonts end in it.
FURTHER = "x"
#: By the names of fonts.
_CODES: dict[str, Sequence[int]] = {}
#: Texts that a style keeps in mind.
_REMEMBERED = 20_000


class UnfitError(Exception):
    """A text that can't be set by itself, or is too long for its place."""


@dataclass(frozen=True)
class Glyph:
    """A glyph of a font: how far it moves on in the style's size, in units of Pango, and by itself in a PDF."""

    font: str
    number: int
    #: What the PDF calls it.
    code: int
    advance: int
    width: int
    character: str
    #: Whether it comes from a further font.
    further: bool

    def like(self, other: "Glyph") -> bool:
        """Whether it is the same drawing."""
        return (self.font, self.number) == (other.font, other.number)

    @property
    def resource(self) -> str:
        """The name of the font in the PDF that has it."""
        return self.font + FURTHER if self.further else self.font


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
        self._single: dict[str, Glyph] = {}
        self._pairs: dict[str, tuple[Glyph, int]] = {}
        self._texts: dict[str, Written] = {}

    def write(self, text: str) -> Written:
        """The text; raises UnfitError where it is more than its characters."""
        found = self._texts.get(text)
        if found is None:
            if len(self._texts) > _REMEMBERED:
                self._texts.clear()
            found = self._texts[text] = self._write(text)
        return found

    def _write(self, text: str) -> Written:
        glyphs = [self._glyph(character) for character in text[:1]]
        closer = []
        for character in text[1:]:
            following, between = self._after(glyphs[-1], character)
            glyphs.append(following)
            closer.append(between)
        width = sum(glyph.advance for glyph in glyphs) + sum(closer)
        further = frozenset(glyph for glyph in glyphs if glyph.further)
        return Written(self._operators(glyphs, [*closer, 0]), width / 1024, further)

    def _operators(self, glyphs: list[Glyph], closer: list[int]) -> bytes:
        parts, font = [], ""
        for glyph, between in zip(glyphs, closer, strict=False):
            if glyph.resource != font:
                parts.append(f"{'>] TJ ' if font else ''}/{glyph.resource} {self.size:g} Tf [<")
                font = glyph.resource
            parts.append(f"{glyph.code:04x}")
            moved = glyph.width - (glyph.advance + between) * 1000 / 1024 / self.size
            if int(moved):
                parts.append(f">{int(moved)}<")
        return ("".join(parts) + (">] TJ" if parts else "")).encode()

    def _glyph(self, character: str) -> Glyph:
        found = self._single.get(character)
        if found is None:
            (found,) = _of_number(list(self._set(character)), 1)
            self._single[character] = found
        return found

    def _after(self, before: Glyph, character: str) -> tuple[Glyph, int]:
        """A character after another one, and how much closer they stand, below zero, or farther apart.

        A blank is of the font of what stands before it, as Pango has it; nothing moves behind one that is
        so of another font than by itself.
        """
        if before.character == " " and before != self._glyph(" "):
            return self._glyph(character), 0
        pair = before.character + character
        found = self._pairs.get(pair)
        if found is None:
            found = self._pairs[pair] = self._pair(pair)
        return found

    def _pair(self, pair: str) -> tuple[Glyph, int]:
        first, second = _of_number(list(self._set(pair)), 2)
        alone = [self._glyph(character) for character in pair]
        if not first.like(alone[0]) or not (second.like(alone[1]) or pair[1] == " "):
            raise UnfitError(pair)
        moved = first.advance - alone[0].advance
        return (second, moved) if pair[1] == " " else (alone[1], moved + second.advance - alone[1].advance)

    def _set(self, text: str) -> Iterator[Glyph]:
        """What Pango makes of a text."""
        from weasyprint.text.ffi import ffi, pango

        self._layout.set_text(text)
        line, _more = self._layout.get_first_line()
        run, done = line.runs[0], 0
        while run != ffi.NULL:
            item, run = run.data, run.next
            font, self.size = self._font(item.item.analysis.font)
            for info in item.glyphs.glyphs[0 : item.glyphs.num_glyphs]:
                moved = info.geometry.x_offset or info.geometry.y_offset
                if moved or info.glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG or done >= len(text):
                    raise UnfitError(text)
                width = self._width(item.item.analysis.font, font, info.glyph)
                further = text[done] not in BASE or font.family == CHINESE_FAMILY
                code = codes(font)[info.glyph] if further else info.glyph
                yield Glyph(font.hash, info.glyph, code, info.geometry.width, width, text[done], further)
                done += 1

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
    """What a further font calls the glyphs of this one: one with cubic outlines has names that are numbers."""
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


def _of_number(glyphs: list[Glyph], wanted: int) -> list[Glyph]:
    if len(glyphs) != wanted:
        raise UnfitError("".join(glyph.character for glyph in glyphs))
    return glyphs
