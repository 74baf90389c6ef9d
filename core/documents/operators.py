"""The operators of a page that was laid out, parted into what all pages of its shape share and the rest.

Problem: a page of thirty lines has 45 kB of operators; half of them draw what every page of its shape has,
and to pack them takes longer than to set the page's own texts. Rule: long stretches without a field become
streams of their own, which are packed once; a page's contents are these streams and its own between them, in
the order in which they were painted. Example: of 68 kB of a Chinese statement 40 are lines around cells, in
one stream.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core.documents.penmanship import codes

#: Bytes from which on a stretch without a field is a stream that pages share.
_LONG = 2000
_GLYPHS = re.compile(rb"<([0-9a-f]+)>")
#: A text of a line, by the line and its number on it, or a picture of the page's own by its number.
Key = tuple[int, int] | int


@dataclass
class Stream:
    """Operators, some of which are empty: there a page sets its own."""

    operators: list[bytes] = field(default_factory=list)
    places: dict[Key, int] = field(default_factory=dict)


def tidied(operators: Sequence[bytes], faces: Mapping[str, Any]) -> list[bytes]:
    """The operators with the codes that these compact fonts have, and without moves by nothing."""
    found, recoding = [], None
    for operator in operators:
        if operator.endswith(b" Tf"):
            face = faces.get(operator[1 : operator.index(b" ")].decode())
            recoding = codes(face) if face else None
        elif operator.endswith(b" TJ"):
            if recoding is not None:
                operator = _GLYPHS.sub(partial(_recode, recoding), operator)
            operator = operator.replace(b">0<", b"").replace(b">0]", b">]")
        found.append(operator)
    return found


def _recode(codes: Sequence[int], glyphs: re.Match[bytes]) -> bytes:
    found = glyphs[1]
    return b"<%s>" % b"".join(b"%04x" % codes[int(found[n : n + 4], 16)] for n in range(0, len(found), 4))


def streams_of(
    operators: Sequence[bytes], texts: Mapping[bytes, tuple[int, int]], pictures: Sequence[int]
) -> Iterator[Stream]:
    """The streams of a page: those with places are each page's own, the others are shared.

    `texts`: the operators by which WeasyPrint has put each text there. The pictures stand on top of all.
    """
    own = Stream()
    for part in _with_pictures(list(_parts(operators, texts)), pictures):
        if not isinstance(part, bytes):
            own.places[part] = len(own.operators)
            own.operators.append(b"")
        elif len(part) < _LONG:
            own.operators.append(part)
        else:
            yield from (own, Stream([part])) if own.operators else (Stream([part]),)
            own = Stream()
    if own.operators:
        yield own


def _with_pictures(parts: list[bytes | Key], pictures: Sequence[int]) -> list[bytes | Key]:
    """The parts with pictures before the last Q, which ends the page's own measure."""
    if not pictures:
        return parts
    last = parts.pop()
    assert isinstance(last, bytes), "a page ends with what all share"
    before, ending, after = last.rpartition(b"\nQ")
    return [*parts, before, *pictures, ending[1:] + after]


def _parts(operators: Sequence[bytes], texts: Mapping[bytes, tuple[int, int]]) -> Iterator[bytes | Key]:
    """What stands on a page: between its fields, all operators as they are."""
    still: list[bytes] = []
    font, n = b"", 0
    while n < len(operators):
        operator = operators[n]
        n += 1
        font = operator if operator.endswith(b" Tf") else font
        if operator not in texts:
            still.append(operator)
            continue
        while not operators[n].endswith((b" Tm", b"ET")):
            font = operators[n] if operators[n].endswith(b" Tf") else font
            n += 1
        yield b"\n".join(still)
        yield texts[operator]
        still = [font] if _needs_font(operators, n, texts) else []
    yield b"\n".join(still)


def _needs_font(operators: Sequence[bytes], n: int, texts: Mapping[bytes, tuple[int, int]]) -> bool:
    """Whether a text from here on is set in the font of before: one that doesn't choose its own."""
    for operator in operators[n:]:
        if operator.endswith(b" Tf") or operator == b"Q" or operator in texts:
            return False  # Q brings back another font; a field has one of its own
        if operator.endswith((b"TJ", b"Tj")) or operator == b"q":
            return True  # what q keeps is needed after its Q, perhaps
    return False
