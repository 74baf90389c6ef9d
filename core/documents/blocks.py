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
from struct import Struct
from typing import Any, NamedTuple

#: What the first line says, and a second one that tells transports that it is no text.
_HEAD = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
#: A row of the table: its kind, a place or the number of an object stream, a position within that.
_ROW = Struct(">BIH")
_WIDTHS = (1, 4, 2)
_FREE, _PLACED, _PACKED = range(3)
#: How hard a page's own streams are packed: half the time of the usual 6, and a tenth larger.
_HASTE = 3


class Kept(NamedTuple):
    """An object as it stands in a file."""

    #: Whether it may stand in an object stream.
    small: bool
    data: bytes


def small(*parts: bytes) -> Kept:
    """An object that is no stream."""
    return Kept(True, b"".join(parts))


def packed(said: bytes, contents: bytes, level: int = _HASTE) -> Kept:
    """A stream, and what its dictionary says beside its length."""
    data = zlib.compress(contents, level)
    head = b"<<%s/Filter /FlateDecode/Length %d>>" % (said, len(data))
    return Kept(False, b"%s\nstream\n%s\nendstream" % (head, data))


def kept_of(one: Any) -> Kept:
    """An object of pydyf's; a stream is packed in half the time, to the same size but for a hundredth."""
    import pydyf

    if not (isinstance(one, pydyf.Stream) and one.compress):
        return Kept(one.compressible, one.data)
    contents = b"\n".join(part if isinstance(part, bytes) else part.encode() for part in one.stream)
    return packed(pydyf.Dictionary(one.extra).data[2:-2], contents, level=6)


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
        return len(self.table) // _ROW.size


def block_of(objects: Sequence[Kept | None]) -> Block:
    """The block of these objects, by their numbers; what is None is a page's own."""
    data, table = [_HEAD], bytearray(_ROW.pack(_FREE, 0, 0xFFFF) * len(objects))
    _put(data, table, ((n, one) for n, one in enumerate(objects) if n and one is not None))
    whole = b"".join(data)
    return Block(whole, bytes(table), md5(whole, usedforsecurity=False))


def file_of(block: Block, own: Iterable[tuple[int, Kept]], catalog: int, info: int) -> bytes:
    """The file of a block and a page's own objects by their numbers, two of which are named."""
    own, table, data = list(own), bytearray(block.table), [block.data]
    table += _ROW.pack(_FREE, 0, 0) * (max(n for n, _one in own) + 1 - block.count)
    _put(data, table, own)
    place, number = sum(map(len, data)), len(table) // _ROW.size
    table += _ROW.pack(_PLACED, place, 0)
    digest = block.digest.copy()
    for part in data[1:]:
        digest.update(part)
    said = b"<%s>" % digest.hexdigest().encode()
    rows = packed(
        b"/Type /XRef/Index [0 %d]/W [%d %d %d]/Size %d/Root %d 0 R/Info %d 0 R/ID [%s %s]"
        % (number + 1, *_WIDTHS, number + 1, catalog, info, said, said),
        bytes(table),
    )
    return b"".join([*data, _placed(number, rows), b"startxref\n%d\n%%%%EOF\n" % place])


def _put(data: list[bytes], table: bytearray, objects: Iterable[tuple[int, Kept]]) -> None:
    """Write objects behind what is there, small ones in a stream of their own; note where they lie."""
    place, number = sum(map(len, data)), len(table) // _ROW.size
    together: list[tuple[int, bytes]] = []
    for n, one in objects:
        if one.small:
            _ROW.pack_into(table, n * _ROW.size, _PACKED, number, len(together))
            together.append((n, one.data))
        else:
            _ROW.pack_into(table, n * _ROW.size, _PLACED, place, 0)
            data.append(_placed(n, one))
            place += len(data[-1])
    table += _ROW.pack(_PLACED, place, 0)
    data.append(_placed(number, _object_stream(together)))


def _placed(number: int, one: Kept) -> bytes:
    return b"%d 0 obj\n%s\nendobj\n" % (number, one.data)


def _object_stream(objects: Sequence[tuple[int, bytes]]) -> Kept:
    head = b" ".join(_places(objects))
    said = b"/Type /ObjStm/N %d/First %d" % (len(objects), len(head) + 1)
    return packed(said, b"\n".join([head, *(data for _n, data in objects)]))


def _places(objects: Sequence[tuple[int, bytes]]) -> Iterator[bytes]:
    place = 0
    for n, data in objects:
        yield b"%d %d" % (n, place)
        place += len(data) + 1
