"""Files that people put beside records. Nothing is lost: a removed file is out of sight, and can come back.

Putting a file beside a record doesn't change the record, so that a posted invoice takes a complaint;
it needs the right to write such records. Of records that nobody writes by hand, such as statements, whoever
may read them may add to them: the signed copy comes back.
"""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from core import m
from core.documents.pictures import PictureError, size_of
from core.errors import UserError
from core.i18n import _
from core.records import attachments
from core.records.contents import is_program, is_run_by_name, safe_name, type_of
from core.security import audit
from core.security.actor import NEVER, Actor
from core.security.rights import model_rights

MOST = 200


class FileRefusedError(UserError):
    """The file is too large, empty, a program, or a picture that unpacks to more than a browser bears."""


def may_add(actor: Actor, model: str) -> bool:
    """Whether the actor, who may read the record, may put files beside it."""
    rights = model_rights(model)
    return rights.write == NEVER or actor.may(rights.write)


def may_remove(actor: Actor, file: Any) -> bool:
    """Whether the actor may remove it: own files, and those of others with the right to write the record.

    What the program made, such as the PDF of a posted invoice, stays.
    """
    if not file.user_name or file.document:
        return False
    rights = model_rights(file.model)
    return file.user_id == actor.user_id or actor.may(rights.write)


def files_of(session: Any, model: str, record_id: int) -> Sequence[Any]:
    """The files of the record, newest first."""
    query = select(m.Attachment).where(
        m.Attachment.model == model,
        m.Attachment.record_id == record_id,
        m.Attachment.removed_at.is_(None),
    )
    found: Sequence[Any] = session.scalars(query.order_by(m.Attachment.id.desc()).limit(MOST)).all()
    return found


def file_of(session: Any, record: Any, file_id: int) -> Any:
    """The file, removed or not, if it is beside this record; None for any other."""
    file = session.scalar(select(m.Attachment).where(m.Attachment.id == file_id))
    beside = file is not None and (file.model, file.record_id) == (record._name, record.id)
    return file if beside else None


def add_file(session: Any, record: Any, filename: str, contents: bytes, actor: Actor) -> Any:
    """Keep a file beside the record; raises FileRefusedError."""
    name, mimetype = safe_name(filename), type_of(contents)
    _refuse_harmful(name, mimetype, contents)
    file = m.Attachment(
        company_id=getattr(record, "company_id", None) or actor.company_id,
        filename=name,
        mimetype=mimetype,
        sha256=attachments.store(contents),
        size=len(contents),
        model=record._name,
        record_id=record.id,
        user_id=actor.user_id,
        user_name=actor.name,
    )
    session.add(file)
    session.flush()
    _note(session, "attach", file)
    return file


def _refuse_harmful(name: str, mimetype: str, contents: bytes) -> None:
    limit = current_app.extensions["settings"].attachment_megabytes
    if not contents:
        raise FileRefusedError(_("“%(name)s” is empty.", name=name))
    if len(contents) > limit * 1024 * 1024:
        raise FileRefusedError(_("“%(name)s” is larger than %(limit)s MB.", name=name, limit=limit))
    if is_program(contents) or is_run_by_name(name):
        raise FileRefusedError(
            _("“%(name)s” is a program. Programs are not kept: put it into a zip.", name=name)
        )
    if mimetype.startswith("image/"):
        try:
            size_of(contents)
        except PictureError as error:
            # A browser would unpack it for whoever opens it, in a tab of this server.
            raise FileRefusedError(_("“%(name)s”: %(reason)s", name=name, reason=error)) from error


def remove_file(session: Any, file: Any) -> None:
    """Take it out of sight."""
    if file.removed_at is None:
        file.removed_at = func.now()
        _note(session, "detach", file)


def restore_file(session: Any, file: Any) -> None:
    """Take the removal back."""
    if file.removed_at is not None:
        file.removed_at = None
        _note(session, "reattach", file)


def _note(session: Any, act: str, file: Any) -> None:
    audit.record(
        session, act, file.model, [file.record_id], {"filename": file.filename, "attachment": file.id}
    )


def file_size(length: int) -> str:
    """A length in bytes as people read it: `12 kB`, `3.4 MB`."""
    if length < 1_000_000:
        return f"{max(1, round(length / 1000))}\u00a0kB"
    return f"{length / 1_000_000:.1f}\u00a0MB"
