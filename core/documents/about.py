"""What a replayed PDF says of itself: the same as one that was laid out, in the words of WeasyPrint.

Its description in XML is the same for all documents but for a few words, so that WeasyPrint writes it once,
with marks in their places.
"""

import re
from datetime import UTC
from functools import cache
from html import escape
from typing import Any

from core.documents.identity import Identity

_SPECIAL = re.compile(r"([\\()])")
#: What stands for the title, the description and the moment.
_MARKS = ("\ue001", "\ue002", "\ue003")


def describe(metadata: Any, identity: Identity, title: str) -> None:
    """Set here and not in the template, which an addon could get wrong."""
    metadata.title = f"{title} {identity.number}"
    metadata.description = f"{identity.document} {identity.number} {identity.partner}"
    metadata.generator = "Bincard"
    metadata.created = metadata.modified = _iso(identity)
    metadata.custom = identity.metadata()


def _iso(identity: Identity) -> str:
    return identity.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(identity: Identity) -> bytes:
    """When it was made, as a PDF says it."""
    return identity.issued_at.astimezone(UTC).strftime("(D:%Y%m%d%H%M%SZ)").encode()


def said_as(text: str) -> bytes:
    """A text as a PDF says it."""
    if text.isascii():
        return b"(%s)" % _SPECIAL.sub(r"\\\1", text).encode()
    return b"<feff%s>" % text.encode("utf-16-be").hex().encode()


def information(identity: Identity, title: str) -> bytes:
    """The information dictionary."""
    made = _described(identity, title)
    moment = moment_of(identity)
    named = {
        "Producer": said_as(_producer()),
        "Title": said_as(made.title),
        "Subject": said_as(made.description),
        "Creator": said_as(made.generator),
        "CreationDate": moment,
        "ModDate": moment,
        **{key: said_as(value) for key, value in made.custom.items()},
    }
    return b"<<%s>>" % b"".join(b"/%s %s" % (key.encode(), value) for key, value in named.items())


def _described(identity: Identity, title: str) -> Any:
    from weasyprint.document import DocumentMetadata

    made = DocumentMetadata()
    describe(made, identity, title)
    return made


def _producer() -> str:
    import weasyprint

    return f"WeasyPrint {weasyprint.VERSION}"


def xmp(identity: Identity, title: str) -> bytes:
    """The description in XML."""
    made = _described(identity, title)
    words = _frame()
    for mark, word in zip(_MARKS, (made.title, made.description, made.created), strict=True):
        words = words.replace(mark, escape(word, quote=False))
    return words.encode()


@cache
def _frame() -> str:
    import pydyf
    from weasyprint.document import DocumentMetadata

    made = DocumentMetadata(generator="Bincard")
    made.title, made.description, made.created = _MARKS
    made.modified = made.created
    pdf = pydyf.PDF()
    made.include_in_pdf(pdf, "a", 3, "B", False)
    return b"\n".join(pdf.objects[-1].stream).decode()
