"""The one copy of a record's document: printed once, kept, and from then on the same bytes for everybody.

What a customer got must be what we print a year later, although the template, the fonts or the address of the
company have changed meanwhile.
"""

from typing import Any

from flask import current_app

from core.documents.declare import Definition, Delivery, Registry
from core.documents.identity import Identity, read_identity
from core.documents.render import filename_of, render_pdf
from core.errors import UserError
from core.i18n import _
from core.records import attachments
from core.records.made_files import keep_made_file, made_file


class MisdirectedError(UserError):
    """The kept file is another record's."""


def papers_of(model: str) -> list[Definition]:
    """The documents of the model's records that are delivered: first the one that has its name."""
    registry: Registry = current_app.extensions["documents"]
    return registry.of_model(model)


def delivery_of(model: str) -> Delivery | None:
    """How documents of the model's records are delivered, the first of them; None where it has none."""
    found = papers_of(model)
    return found[0].delivery if found else None


def delivery_for(record: Any, document: str = "") -> Delivery | None:
    """How a document of the record is delivered, the first that is ready where none is named."""
    found = _definition_for(record, document)
    return found.delivery if found is not None else None


def _definition_for(record: Any, document: str) -> Definition | None:
    found = [one for one in papers_of(record._name) if not document or one.name == document]
    ready = (one for one in found if one.delivery is not None and one.delivery.ready(record))
    return next(ready, found[0] if found else None)


def copy_of(session: Any, record: Any, document: str = "") -> Any:
    """The attachment with a document of the record, as `delivery_for` finds it; the caller commits.

    It is made at the first call. Raises MisdirectedError when the kept file says that it is another one's.
    """
    definition = _definition_for(record, document)
    if definition is None or definition.delivery is None:
        raise LookupError(f"{record._name} has no such document that is delivered")
    delivery = definition.delivery
    kept = delivery.kept(record) if delivery.kept else _made(session, record, delivery)
    file = kept if kept is not None else _print(session, record, definition.name, delivery)
    _check(file, delivery.identity(record))
    return file


def _key(identity: Identity) -> str:
    return f"{identity.document}/{identity.version}"


def _made(session: Any, record: Any, delivery: Delivery) -> Any:
    return made_file(session, record, _key(delivery.identity(record)))


def _print(session: Any, record: Any, name: str, delivery: Delivery) -> Any:
    identity, locale = delivery.identity(record), delivery.locale(record)
    contents = render_pdf(name, record, locale=locale, identity=identity)
    filename = filename_of(name, record, locale=locale)
    return keep_made_file(session, record, _key(identity), filename, "application/pdf", contents)


def _check(file: Any, wanted: Identity) -> None:
    """The customer's code is not compared: it may have been changed since, and the number says it all."""
    found = read_identity(attachments.read(file.sha256))
    if (found.document, found.number, found.version) != (wanted.document, wanted.number, wanted.version):
        raise MisdirectedError(
            _(
                "The kept file is %(found)s of customer %(other)s, not %(wanted)s: it is not shown and not "
                "sent. Tell your administrator.",
                found=found.number,
                other=found.partner,
                wanted=wanted.number,
            )
        )
