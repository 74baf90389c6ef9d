"""The PDF of a replayed page: what its shape has kept, and its own contents, fonts, names and data."""

import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import md5
from typing import Any

from core.documents.about import information, moment_of, said_as, xmp
from core.documents.blocks import Kept, file_of, kept_of, packed, small
from core.documents.further_fonts import further_fonts
from core.documents.identity import DataFile, Identity
from core.documents.replay import Shape
from core.documents.skeleton import Page


class _Own:
    """The objects of one page, numbered behind those of its shape; what makes fonts takes it for a PDF."""

    def __init__(self, first: int) -> None:
        self._next = first
        self.objects: list[tuple[int, Kept]] = []
        #: Parts of fonts, which refer to each other before they are whole.
        self._waiting: list[Any] = []

    def add(self, one: Kept) -> int:
        """Number an object."""
        self.objects.append((self._next, one))
        self._next += 1
        return self._next - 1

    def add_object(self, one: Any) -> None:
        """Number an object of pydyf's."""
        one.number = self._next
        self._next += 1
        self._waiting.append(one)

    def all(self) -> Iterator[tuple[int, Kept]]:
        """Each with its number."""
        yield from self.objects
        yield from ((one.number, kept_of(one)) for one in self._waiting)


def assembled(
    shape: Shape,
    faces: Mapping[str, Any],
    page: Page,
    identity: Identity,
    title: str,
    data_files: Sequence[DataFile],
) -> bytes:
    """The PDF of a page of this shape; raises UnfitError."""
    contents, further = shape.contents(page)
    own = _Own(shape.block.count)
    for (number, _operators), content in zip(shape.streams, contents, strict=True):
        own.objects.append((number, packed(b"", content)))
    number, names = shape.fonts
    added = further_fonts(own, faces, further) if further else {}
    named = (b"/%s %s" % (name.encode(), reference) for name, reference in added.items())
    own.objects.append((number, small(names, *named, b">>")))
    catalog, said = shape.catalog
    metadata = own.add(packed(b"/Type /Metadata/Subtype /XML", xmp(identity, title)))
    attached = _attached(own, identity, data_files)
    own.objects.append((catalog, small(said, b"/Metadata %d 0 R" % metadata, attached, b">>")))
    info = own.add(small(information(identity, title)))
    return file_of(shape.block, own.all(), catalog, info)


def _attached(own: _Own, identity: Identity, data_files: Sequence[DataFile]) -> bytes:
    """Embed files, as WeasyPrint does, each listed once; returns what the catalog says of them."""
    files = sorted(data_files, key=lambda file: file.name)
    if not files:
        return b""
    named = [(said_as(file.name), _embedded(own, identity, file)) for file in files]
    names = own.add(small(b"<</Names [%s]>>" % b" ".join(b"%s %d 0 R" % one for one in named)))
    listed = b" ".join(b"%d 0 R" % number for _name, number in named)
    return b"/Names <</EmbeddedFiles %d 0 R>>/AF [%s]" % (names, listed)


def _embedded(own: _Own, identity: Identity, file: DataFile) -> int:
    moment, digest = moment_of(identity), md5(file.contents, usedforsecurity=False).hexdigest().encode()
    contents = own.add(
        packed(
            b"/Type /EmbeddedFile/Subtype /%s/Params <</CheckSum <%s>/Size %d/CreationDate %s/ModDate %s>>"
            % (_kind_of(file.name.rpartition(".")[2]), digest, len(file.contents), moment, moment),
            file.contents,
        )
    )
    name, description = said_as(file.name), said_as(file.description)
    return own.add(
        small(
            b"<</Type /Filespec/F %s/UF %s/EF <</F %d 0 R>>/Desc %s/AFRelationship /%s>>"
            % (_bytes_of(file.name), name, contents, description, file.relationship.encode())
        )
    )


def _bytes_of(name: str) -> bytes:
    """A name for readers that know no Unicode."""
    return said_as(name) if name.isascii() else b"<%s>" % name.encode(errors="ignore").hex().encode()


@cache
def _kind_of(ending: str) -> bytes:
    found = mimetypes.MimeTypes().guess_type(f"file.{ending}", strict=False)[0]
    return (found or "application/octet-stream").replace("/", "#2f").encode()
