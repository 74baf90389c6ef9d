"""The one copy of a record's document: printed once, kept, and from then on the same bytes for everybody.

What a customer got must be what we print a year later, although the template, the fonts or the address of the
company have changed meanwhile.
"""

from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import m
from core.documents.declare import Definition, Delivery, Registry
from core.documents.identity import Identity, read_identity
from core.documents.render import filename_of, render_pdf
from core.errors import UserError
from core.i18n import _
from core.records import attachments


class MisdirectedError(UserError):
    """The kept file is another record's."""


def papers_of(model: str) -> list[Definition]:
    """The documents of the model's records that are delivered: first the one that has its name."""
    registry: Registry = current_app.extensions["documents"]
    found = [document.definition for document in registry.values() if document.definition.model == model]
    delivered = [definition for definition in found if definition.delivery is not None]
    return sorted(delivered, key=lambda definition: definition.name != model)


def delivery_of(model: str, document: str = "") -> Delivery | None:
    """How this document of the model's records is delivered, or their first one; None where there is none."""
    papers = [paper for paper in papers_of(model) if not document or paper.name == document]
    return papers[0].delivery if papers else None


def copy_of(session: Any, record: Any, document: str = "") -> Any:
    """The attachment with a document of the record, its first one where none is named; the caller commits.

    It is made at the first call. Raises MisdirectedError when the kept file says that it is another one's.
    """
    delivery = delivery_of(record._name, document)
    if delivery is None:
        raise LookupError(f"{record._name} has no such document that is delivered")
    kept = delivery.kept(record) if delivery.kept else _find(session, record, delivery)
    file = kept if kept is not None else _print(session, record, delivery)
    _check(file, delivery.identity(record))
    return file


def _key(identity: Identity) -> str:
    return f"{identity.document}/{identity.version}"


def _find(session: Any, record: Any, delivery: Delivery) -> Any:
    query = select(m.Attachment).where(
        m.Attachment.model == record._name,
        m.Attachment.record_id == record.id,
        m.Attachment.document == _key(delivery.identity(record)),
    )
    return session.scalars(query).one_or_none()


def _print(session: Any, record: Any, delivery: Delivery) -> Any:
    identity, locale = delivery.identity(record), delivery.locale(record)
    contents = render_pdf(identity.document, record, locale=locale, identity=identity)
    row = {
        "company_id": record.company_id,
        "filename": filename_of(identity.document, record, locale=locale),
        "mimetype": "application/pdf",
        "sha256": attachments.store(contents),
        "size": len(contents),
        "model": record._name,
        "record_id": record.id,
        "document": _key(identity),
    }
    # Whoever printed at the same moment has kept theirs.
    session.execute(insert(m.Attachment).values(row).on_conflict_do_nothing())
    return _find(session, record, delivery)


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
