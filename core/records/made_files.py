"""Files that the program makes of a record, such as its paper: one for each document and state of it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import m
from core.db import AnySession
from core.records import attachments


def made_file(session: AnySession, record: Any, document: str) -> Any:
    """The attachment that was made of the record as this document; None before."""
    file = m.Attachment
    mine = (file.model == record._name) & (file.record_id == record.id) & (file.document == document)
    return session.scalars(select(file).where(mine)).one_or_none()


def keep_made_file(
    session: AnySession, record: Any, document: str, filename: str, mimetype: str, contents: bytes
) -> Any:
    """Keep it beside the record; whoever made it at the same moment has kept theirs, which is returned."""
    row = {
        "company_id": record.company_id,
        "filename": filename,
        "mimetype": mimetype,
        "sha256": attachments.store(contents),
        "size": len(contents),
        "model": record._name,
        "record_id": record.id,
        "document": document,
    }
    session.execute(insert(m.Attachment).values(row).on_conflict_do_nothing())
    return made_file(session, record, document)
