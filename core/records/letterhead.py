"""The picture above a company's documents: the attachment of the company that bears the mark `LOGO`."""

import base64
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from core import m
from core.db import AnySession
from core.records import attachments

LOGO = "letterhead"
#: Which attachment it is, for the relationship of companies.
OF_COMPANY = (
    "and_(foreign(Attachment.record_id) == Company.id, Attachment.model == 'company', "
    f"Attachment.document == '{LOGO}')"
)


def logo_of(session: AnySession, company_id: int) -> Any:
    """The attachment, None where there is no picture."""
    file = m.Attachment
    mine = (file.model == "company") & (file.record_id == company_id) & (file.document == LOGO)
    return session.scalars(select(file).where(mine)).one_or_none()


@lru_cache(maxsize=16)
def address_of(sha256: str) -> str:
    """The PNG with these contents as a `data:` address, since documents fetch nothing."""
    return "data:image/png;base64," + base64.b64encode(attachments.read(sha256)).decode()
