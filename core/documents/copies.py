"""The one copy of a record's document: printed once, kept, and from then on the same bytes for everybody.

What a customer got must be what we print a year later, although the template, the fonts or the address of the
company have changed meanwhile.
"""

from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import m
from core.documents.declare import Delivery, Registry
from core.documents.identity import Identity, read_identity
from core.documents.render import filename_of, render_pdf
from core.errors import UserError
from core.i18n import _
from core.records import attachments


class MisdirectedError(UserError):
    """The kept file is another record's."""


def delivery_of(model: str) -> Delivery | None:
    """How documents of the model's records are delivered; None where it has none."""
    registry: Registry = current_app.extensions["documents"]
    document = registry.get(model)
    return document.definition.delivery if document is not None else None


def copy_of(session: Any, record: Any) -> Any:
    """The attachment with the record's document, made at the first call; the caller commits.

    Raises MisdirectedError when the kept file says that it is another one's.
    """
    delivery = delivery_of(record._name)
    if delivery is None:
        raise LookupError(f"{record._name} has no document that is delivered")
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
    contents = render_pdf(record._name, record, locale=locale, identity=identity)
    row = {
        "company_id": record.company_id,
        "filename": filename_of(record._name, record, locale=locale),
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
