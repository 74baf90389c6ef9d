"""The bytes of a PDF that has most of its objects in common with others.

Problem: to place, pack and hash the objects that all pages of a shape share takes as long as to do so with a
page's own, and gives the same bytes each time. Rule: what is shared stands first in each file, in one block
that is made once and copied; the file's table of places is patched where a page has something of its own.
Example: of the 200 kB of a statement in English 190 are the block.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

#: What the first line says, and a second one that tells transports that it is no text.
_HEAD = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
#: Bytes of the parts of a row: its kind, a place or the number of an object stream, a position within that.
_WIDTHS = (1, 4, 2)
_FREE, _PLACED, _PACKED = range(3)


@dataclass(frozen=True)
class Block:
    """Objects as they stand at the beginning of a file."""

    data: bytes
    #: Row by row where each object lies; those of a page's own are free.
    table: bytes
    #: Of the data.
    digest: Any

    @property
    def count(self) -> int:
        """Numbers of objects that are taken, those of a page's own among them."""
        return len(self.table) // sum(_WIDTHS)


def block_of(objects: Sequence[Any]) -> Block:
    """The block of these objects, by their numbers; what is None is a page's own."""
    data, rows = [_HEAD], [_row(_FREE, 0, 0xFFFF)] * len(objects)
    rows += _put(
        data, [(n, one) for n, one in enumerate(objects) if n and one is not None], rows, len(objects)
    )
    whole = b"".join(data)
    return Block(whole, b"".join(rows), md5(whole, usedforsecurity=False))


def file_of(block: Block, own: Iterable[tuple[int, Any]], catalog: bytes, info: bytes) -> bytes:
    """The file of a block and a page's own objects, by their numbers, with references to two of them."""
    own = list(own)
    size = sum(_WIDTHS)
    rows = [block.table[n : n + size] for n in range(0, len(block.table), size)]
    rows += [_row(_FREE, 0, 0)] * (max(n for n, _one in own) + 1 - len(rows))
    data = [block.data]
    rows += _put(data, own, rows, len(rows))
    place, number = sum(map(len, data)), len(rows)
    rows.append(_row(_PLACED, place, 0))
    digest = block.digest.copy()
    for part in data[1:]:
        digest.update(part)
    said = b"<%s>" % digest.hexdigest().encode()
    table = _stream(
        number,
        b"/Type /XRef/Index [0 %d]/W [%d %d %d]/Size %d/Root %s/Info %s/ID [%s %s]"
        % (number + 1, *_WIDTHS, number + 1, catalog, info, said, said),
        b"".join(rows),
    )
    return b"".join([*data, table, b"startxref\n%d\n%%%%EOF\n" % place])


def _put(
    data: list[bytes], objects: Sequence[tuple[int, Any]], rows: list[bytes], number: int
) -> list[bytes]:
    """Write objects behind what is there, note where they lie, and return the row of their object stream."""
    place = sum(map(len, data))
    packed: list[tuple[int, bytes]] = []
    for n, one in objects:
        if one.compressible:
            rows[n] = _row(_PACKED, number, len(packed))
            packed.append((n, one.data))
        else:
            rows[n] = _row(_PLACED, place, 0)
            data.append(b"%d 0 obj\n%s\nendobj\n" % (n, one.data))
            place += len(data[-1])
    data.append(_object_stream(number, packed))
    return [_row(_PLACED, place, 0)]


def _object_stream(number: int, packed: Sequence[tuple[int, bytes]]) -> bytes:
    head = b" ".join(_places(packed))
    said = b"/Type /ObjStm/N %d/First %d" % (len(packed), len(head) + 1)
    return _stream(number, said, b"\n".join([head, *(data for _n, data in packed)]))


def _places(packed: Sequence[tuple[int, bytes]]) -> Iterator[bytes]:
    place = 0
    for n, data in packed:
        yield b"%d %d" % (n, place)
        place += len(data) + 1


def _stream(number: int, said: bytes, contents: bytes) -> bytes:
    packed = zlib.compress(contents)
    return b"%d 0 obj\n<<%s/Filter /FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        said,
        len(packed),
        packed,
    )


def _row(*parts: int) -> bytes:
    return b"".join(part.to_bytes(width, "big") for part, width in zip(parts, _WIDTHS, strict=True))
