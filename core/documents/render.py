"""From a record to its document: the template with what other addons add, in the reader's language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from markupsafe import Markup

from core.documents.declare import Document, DocumentError, Registry
from core.documents.engine import to_pdf
from core.documents.glyphs import boxes
from core.documents.identity import DataFile, Identity
from core.i18n import in_locale

#: What no file system and no mail programme takes in a file name.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def render_pdf(
    name: str,
    record: Any,
    *,
    locale: str,
    identity: Identity,
    data_files: Sequence[DataFile] = (),
) -> bytes:
    """The PDF of a record; the same record gives the same bytes.

    Raises DocumentError for an unknown document or a slot that fits nowhere, ForeignResourceError
    when a template reaches out of the document, UnprintableError for characters that no font has.
    """
    if identity.document != name:
        raise DocumentError(f"the identity is of {identity.document!r}, the document is {name!r}")
    html = render_html(name, record, locale=locale)
    with in_locale(locale):
        title = str(_document(name).definition.title)
    return to_pdf(html, identity, title, data_files, replayed=_document(name).definition.replayed)


def render_html(name: str, record: Any, *, locale: str) -> str:
    """The page from which the PDF is made."""
    document = _document(name)
    with in_locale(locale):
        definition = document.definition
        context = {"record": record, "title": definition.title, "lang": locale.replace("_", "-")}
        context |= definition.context(record)
        slots = _Slots(document, record, context)
        template = current_app.jinja_env.get_template(definition.template)
        html = template.render({**context, "slot": slots.fill})
    slots.refuse_unfilled()
    return html


def unprintable(name: str, record: Any, *, locale: str) -> str:
    """The characters of a record's document that would print as boxes; empty where it can be printed."""
    # All that stands around the texts of a page is plain ASCII, or another text of it.
    return boxes([render_html(name, record, locale=locale)])


def filename_of(name: str, record: Any, *, locale: str) -> str:
    """The name under which the PDF is saved and sent, without what file systems refuse."""
    with in_locale(locale):
        filename = _document(name).definition.filename(record)
    return _UNSAFE.sub("-", filename).strip(" .-") or "document.pdf"


def _document(name: str) -> Document:
    registry: Registry = current_app.extensions["documents"]
    return registry.find(name)


@dataclass
class _Slots:
    """Fills the slots of one rendering, and remembers which the template asked for."""

    document: Document
    record: Any
    context: Mapping[str, Any]
    filled: set[str] = field(default_factory=set)

    def fill(self, slot: str) -> Markup:
        if slot not in self.document.slots:
            raise DocumentError(
                f"the template {self.document.definition.template} calls the slot {slot!r}, which "
                f"{self.document.definition.name!r} does not declare; "
                f"its slots: {', '.join(self.document.slots) or 'none'}"
            )
        self.filled.add(slot)
        parts = (self._part(contribution.addition) for contribution in self.document.slots[slot])
        return Markup("\n").join(parts)

    def _part(self, addition: Any) -> Markup:
        context = {**self.context, **addition.context(self.record)}
        template = current_app.jinja_env.get_template(addition.template)
        # Markup, since the template has escaped what it was given.
        return Markup(template.render(context))  # noqa: S704  # the template escapes

    def refuse_unfilled(self) -> None:
        """What an addon added must not vanish because a template forgot to ask for it."""
        forgotten = [s for s, parts in self.document.slots.items() if parts and s not in self.filled]
        if forgotten:
            definition = self.document.definition
            raise DocumentError(
                f"the template {definition.template} never calls slot({forgotten[0]!r}), "
                f"which {self.document.slots[forgotten[0]][0].addon} fills"
            )
