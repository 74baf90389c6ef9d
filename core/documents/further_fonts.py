"""Fonts of a few characters, for texts that a shape's own fonts don't have.

The fonts of a shape have the letters that most texts need. What else a page's fields say, such as the name of
a Chinese customer, comes from a further font that has these characters and no other: 5 kB, made in 2 ms.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import md5
from itertools import groupby
from typing import Any

from core.documents.penmanship import FURTHER, Glyph, codes

#: Tables of a font that a PDF doesn't need.
_USELESS = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "JSTF", "OS/2", "STAT", "VORG", "cmap", "name", "post")
_VERTICAL = ("vhea", "vmtx")


def further_fonts(pdf: Any, faces: Mapping[str, Any], glyphs: Iterable[Glyph]) -> dict[str, bytes]:
    """A further font for each that these glyphs are of: name → reference."""
    by_font = sorted(glyphs, key=lambda glyph: (glyph.font, glyph.code))
    return {
        name + FURTHER: _font(pdf, faces[name], list(those))
        for name, those in groupby(by_font, key=lambda glyph: glyph.font)
    }


def compacted(pdf: Any, fonts: int, faces: Mapping[str, Any]) -> set[int]:
    """Put fonts of these glyphs and no others in the place of WeasyPrint's; returns the objects of these.

    It keeps a place for each glyph of a font: 90 kB for a hundred Chinese characters, and 10 ms to pack them.
    """
    names, dropped = pdf.objects[fonts], set()
    for name, face in faces.items():
        dropped |= _objects_of(pdf, names[name])
        meant = face.to_unicode.items()
        glyphs = [Glyph(name, n, codes(face)[n], 0, face.widths[n], text, True) for n, text in meant]
        names[name] = _font(pdf, face, glyphs)
    return dropped


def _objects_of(pdf: Any, reference: bytes) -> set[int]:
    """A font and all that it consists of."""
    found, waiting = set(), [reference]
    while waiting:
        number = int(waiting.pop().split()[0])
        found.add(number)
        parts = pdf.objects[number]
        for value in parts.values() if isinstance(parts, dict) else ():
            one = value[0] if isinstance(value, list) and value else value
            waiting += [one] if isinstance(one, bytes) and one.endswith(b" 0 R") else []
    return found


def _font(pdf: Any, face: Any, glyphs: Sequence[Glyph]) -> bytes:
    import pydyf

    numbers = tuple(sorted({glyph.number for glyph in glyphs}))
    contents, compact = _subset(face, numbers), face.type == "otf"
    kind = {"Subtype": "/CIDFontType0C"} if compact else {"Length1": len(contents)}
    file = _added(pdf, pydyf.Stream([contents], pydyf.Dictionary(kind), compress=True))
    name = b"/" + _tag(numbers) + face.name[face.name.index(b"+") :]
    described = pydyf.Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": name,
            "FontFamily": pydyf.String(face.family),
            "Flags": face.flags,
            "FontBBox": pydyf.Array((0, face.descent, max(g.width for g in glyphs), face.ascent)),
            "ItalicAngle": face.italic_angle,
            "Ascent": face.ascent,
            "Descent": face.descent,
            "CapHeight": face.ascent,
            "StemV": face.stemv,
            "StemH": face.stemh,
            "FontFile3" if compact else "FontFile2": file.reference,
        }
    )
    _added(pdf, described)
    below = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType0" if compact else "/CIDFontType2",
            "BaseFont": name,
            "CIDSystemInfo": pydyf.Dictionary(
                {"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("Identity"), "Supplement": 0}
            ),
            "W": pydyf.Array([part for g in _each(glyphs) for part in (g.code, pydyf.Array([g.width]))]),
            "FontDescriptor": described.reference,
        }
    )
    if not compact:
        below["CIDToGIDMap"] = "/Identity"
    _added(pdf, below)
    meaning = _added(pdf, pydyf.Stream([_meaning(glyphs)], compress=True))
    font = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": name,
            "Encoding": "/Identity-H",
            "DescendantFonts": pydyf.Array([below.reference]),
            "ToUnicode": meaning.reference,
        }
    )
    reference: bytes = _added(pdf, font).reference
    return reference


def _added(pdf: Any, one: Any) -> Any:
    pdf.add_object(one)
    return one


def _tag(numbers: tuple[int, ...]) -> bytes:
    """Six letters that name a subset of a font."""
    digest = md5(repr(numbers).encode(), usedforsecurity=False).digest()
    return bytes(65 + byte % 26 for byte in digest[:6])


def _each(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Each glyph once; two characters may have one."""
    return list({glyph.number: glyph for glyph in glyphs}.values())


def _meaning(glyphs: Sequence[Glyph]) -> bytes:
    """Which character each glyph stands for, so that a text can be searched and copied."""
    said = [f"<{g.code:04x}> <{g.text.encode('utf-16-be').hex()}>" for g in _each(glyphs)]
    blocks = [said[n : n + 100] for n in range(0, len(said), 100)]
    mapped = [line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<0000> <ffff>",
            "endcodespacerange",
            *mapped,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    ).encode()


@lru_cache(maxsize=128)
def _subset(face: Any, numbers: tuple[int, ...]) -> bytes:
    """A font of these glyphs, which keep their numbers: a whole one, of ours with cubic outlines its CFF.

    A bare CFF names its glyphs by the numbers that they had, and needs no place for those between.
    """
    from weasyprint.text.ffi import ffi, harfbuzz
    from weasyprint.text.ffi import harfbuzz_subset as subset
    from weasyprint.text.fonts import get_hb_object_data

    wanted = ffi.gc(subset.hb_subset_input_create_or_fail(), subset.hb_subset_input_destroy)
    _fill(subset.hb_subset_input_glyph_set(wanted), numbers)
    tags = sorted(harfbuzz.hb_tag_from_string(name.encode(), -1) for name in (*_USELESS, *_VERTICAL))
    _fill(subset.hb_subset_input_set(wanted, subset.HB_SUBSET_SETS_DROP_TABLE_TAG), tags)
    flags = subset.HB_SUBSET_FLAGS_DESUBROUTINIZE | subset.HB_SUBSET_FLAGS_NO_HINTING
    compact = face.type == "otf"
    subset.hb_subset_input_set_flags(wanted, flags | (0 if compact else subset.HB_SUBSET_FLAGS_RETAIN_GIDS))
    made = ffi.gc(subset.hb_subset_or_fail(face.hb_face, wanted), harfbuzz.hb_face_destroy)
    contents: bytes = get_hb_object_data(made)
    return _table(contents, b"CFF ") if compact else contents


def _fill(found: Any, numbers: Sequence[int]) -> None:
    from weasyprint.text.ffi import ffi, harfbuzz

    values = ffi.new(f"hb_codepoint_t[{len(numbers)}]", list(numbers))
    harfbuzz.hb_set_add_sorted_array(found, values, len(numbers))


def _table(font: bytes, wanted: bytes) -> bytes:
    (count,) = struct.unpack_from(">H", font, 4)
    for n in range(count):
        tag, _sum, offset, length = struct.unpack_from(">4s3I", font, 12 + 16 * n)
        if tag == wanted:
            return font[offset : offset + length]
    raise ValueError(f"the font has no table {wanted!r}")
