"""Put a picture above a company's documents, or take it off.

One that replaces it takes the old one out of sight. Documents that were issued keep the picture that they
were issued with: they are kept as files.
"""

from typing import Any

from sqlalchemy import func

from core import m
from core.db import AnySession
from core.documents import pictures
from core.records import attachments
from core.records.letterhead import LOGO, logo_of
from core.security import audit

#: Points of the picture as it is kept: three times what 60 × 18 mm need in print.
WIDTH, HEIGHT = 1200, 360


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
    _read_anew(session, company_id)
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
        _read_anew(session, company_id)
        gone = {"attachment": found.id, "filename": found.filename}
        audit.record(session, "detach", "company", [company_id], gone)


def _read_anew(session: AnySession, company_id: int) -> None:
    """Let a company that is known already have its picture of now."""
    session.expire(session.get_one(m.Company, company_id), ["logo"])
