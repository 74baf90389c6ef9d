"""The picture in the letterhead of a company's documents.

It is the attachment of the company that bears the mark `LOGO`; one that replaces it takes the old one out of
sight. Documents that were issued keep the picture that they were issued with, since they are kept as files.
"""

import base64
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, select

from core import m
from core.db import db
from core.db.bulk import AnySession
from core.documents import pictures
from core.records import attachments
from core.security import audit

LOGO = "letterhead"
#: Points of the picture as it is kept: three times what 60 × 18 mm need in print.
WIDTH, HEIGHT = 1200, 360


def logo_of(session: AnySession, company_id: int) -> Any:
    """The attachment, None where there is no picture."""
    file = m.Attachment
    mine = (file.model == "company") & (file.record_id == company_id) & (file.document == LOGO)
    return session.scalars(select(file).where(mine)).one_or_none()


def set_logo(session: AnySession, company_id: int, contents: bytes) -> Any:
    """Put this picture onto the documents of from now on; raises PictureError. The caller commits."""
    drawn = pictures.fitted(contents, WIDTH, HEIGHT)
    remove_logo(session, company_id)
    file = m.Attachment(
        company_id=company_id,
        filename="letterhead.png",
        mimetype="image/png",
        sha256=attachments.store(drawn),
        size=len(drawn),
        model="company",
        record_id=company_id,
        document=LOGO,
    )
    session.add(file)
    session.flush()
    audit.record(
        session, "attach", "company", [company_id], {"attachment": file.id, "filename": file.filename}
    )
    return file


def remove_logo(session: AnySession, company_id: int) -> None:
    """Print documents without a picture from now on."""
    found = logo_of(session, company_id)
    if found is not None:
        found.document, found.removed_at = "", func.now()
        session.flush()
        gone = {"attachment": found.id, "filename": found.filename}
        audit.record(session, "detach", "company", [company_id], gone)


def logo_source(company: Any) -> Markup:
    """The picture as a `data:` address for a document's template; empty where there is none."""
    found = logo_of(db.session, company.id)
    return _data_address(found.sha256) if found is not None else Markup("")


@lru_cache(maxsize=16)
def _data_address(sha256: str) -> Markup:
    return Markup("data:image/png;base64,") + base64.b64encode(attachments.read(sha256)).decode()
