"""What addons say of documents, and how their parts come together in one app.

    documents = Documents()                                   # addons/billing_statements/reports.py
    documents.define("billing.statement", title=_l("Statement"), slots=("after_lines",),
                     template="billing_statements/statement.html", filename=..., context=...)

    documents = Documents()                                   # addons/loyalty/reports.py
    documents.add("billing.statement", slot="after_lines", template="loyalty/points.html", context=...)

The template of the document calls `{{ slot("after_lines") }}`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.documents.identity import Identity
from core.loader.discovery import AddonSource
from core.loader.graph import closure_of

#: From the record to what the template may name.
Context = Callable[[Any], Mapping[str, Any]]


class DocumentError(Exception):
    """Declarations or templates of documents don't fit together; the message names the addons."""


@dataclass(frozen=True)
class Delivery:
    """How a record's document reaches its reader: with it, the record's form has Print and Send by mail.

    The document is then that of the records of its model; of several of one model those are offered that are
    ready. All functions take the record.
    """

    identity: Callable[[Any], Identity]
    #: The reader's language.
    locale: Callable[[Any], str]
    #: Mail addresses as a person writes them, separated by commas; empty where none is known.
    recipients: Callable[[Any], str]
    #: Code of the mail template, and what it may name; the latter called in the reader's language.
    mail: Callable[[Any], str]
    words: Context
    #: What sending it needs; printing needs no more than reading the record.
    permission: str
    #: Whether it can be printed and sent as the record is now.
    ready: Callable[[Any], bool] = lambda record: True
    #: Whether it was sent already, so that sending it once more needs a reason.
    again: Callable[[Any], bool] = lambda record: False
    #: The copy that the addon itself has kept: it is printed and sent, and nothing is made anew.
    kept: Callable[[Any], Any] | None = None
    #: The verb by which a letter that a person has written goes out, called with (session, record, letter);
    #: it returns the message. Left out, `letters.put_out`, which such a verb calls too.
    send: Callable[[Any, Any, Any], Any] | None = None


@dataclass(frozen=True)
class Definition:
    """A kind of document."""

    name: str
    title: Any
    template: str
    filename: Callable[[Any], str]
    context: Context
    slots: tuple[str, ...]
    delivery: Delivery | None = None
    #: Whose records it is of; `define` gives it the document's name where it says nothing else.
    model: str = ""
    replayed: bool = False


@dataclass(frozen=True)
class Addition:
    """What an addon puts into a slot of another's document."""

    document: str
    slot: str
    template: str
    context: Context


@dataclass
class Documents:
    """The declarations of one addon."""

    defined: list[Definition] = field(default_factory=list)
    added: list[Addition] = field(default_factory=list)

    def define(
        self,
        name: str,
        *,
        title: Any,
        template: str,
        filename: Callable[[Any], str],
        context: Context,
        slots: Iterable[str] = (),
        delivery: Delivery | None = None,
        model: str = "",
        replayed: bool = False,
    ) -> None:
        """Declare a document; `slots` are the places in its template that others may fill.

        `model` is whose records it is of, where these have several or it has another name. `replayed` is for
        documents of which many are alike and printed at once: what was laid out for one is not for the next.
        """
        places = tuple(slots)
        self.defined.append(
            Definition(name, title, template, filename, context, places, delivery, model or name, replayed)
        )

    def add(self, document: str, *, slot: str, template: str, context: Context) -> None:
        """Fill a slot; the template sees the document's names and those of its own `context`."""
        self.added.append(Addition(document, slot, template, context))


@dataclass(frozen=True)
class Contribution:
    """An addition, and whose it is."""

    addon: str
    addition: Addition


@dataclass
class Document:
    """A document as this app has it, with all that was added to it."""

    addon: str
    definition: Definition
    #: Slot → contributions, in the order of the addons; every slot is there, empty or not.
    slots: dict[str, list[Contribution]]


class Registry(dict[str, Document]):
    """The documents of one app by their names."""

    def of_model(self, model: str) -> list[Definition]:
        """The documents of the model's records that are delivered; first the one that has its name."""
        found = (document.definition for document in self.values())
        delivered = [one for one in found if one.model == model and one.delivery is not None]
        return sorted(delivered, key=lambda one: one.name != model)

    def find(self, name: str) -> Document:
        """The document; DocumentError lists the known ones when there is none of this name."""
        if name not in self:
            raise DocumentError(f"no installed addon defines the document {name!r}; known: {_names(self)}")
        return self[name]


def collect(declared: Iterable[tuple[AddonSource, Documents]], sources: Iterable[AddonSource]) -> Registry:
    """Bring the declarations of all addons together; raises DocumentError at the first that misfits."""
    declared = list(declared)
    found = {source.name: source for source in sources}
    registry = Registry()
    for source, documents in declared:
        for definition in documents.defined:
            _define(registry, source.name, definition)
    for source, documents in declared:
        allowed = closure_of(source.name, found) | {source.name}
        for addition in documents.added:
            _add(registry, source.name, addition, allowed)
    return registry


def _define(registry: Registry, addon: str, definition: Definition) -> None:
    if definition.name in registry:
        first = registry[definition.name].addon
        raise DocumentError(f"{first} and {addon} both define the document {definition.name!r}")
    registry[definition.name] = Document(addon, definition, {slot: [] for slot in definition.slots})


def _add(registry: Registry, addon: str, addition: Addition, allowed: frozenset[str]) -> None:
    name = addition.document
    if name not in registry:
        raise DocumentError(
            f"{addon} adds to the document {name!r}, which no installed addon defines; "
            f"known: {_names(registry)}"
        )
    document = registry[name]
    if document.addon not in allowed:
        raise DocumentError(
            f"{addon} adds to the document {name!r} of {document.addon}, "
            f"but its manifest does not depend on {document.addon}"
        )
    if addition.slot not in document.slots:
        raise DocumentError(
            f"{addon} fills the slot {addition.slot!r} of {name!r}, which has none of this name; "
            f"its slots: {_names(document.slots)}"
        )
    document.slots[addition.slot].append(Contribution(addon, addition))


def _names(known: Iterable[str]) -> str:
    return ", ".join(sorted(known)) or "none"
