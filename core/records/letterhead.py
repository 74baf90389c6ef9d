"""The picture above a company's documents: the attachment of the company that bears the mark `LOGO`."""

import base64
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from core import m
from core.db import AnySession
from core.records import attachments

LOGO = "letterhead"


def logo_of(session: AnySession, company_id: int) -> Any:
    """The attachment, None where there is no picture."""
    return session.scalars(select(m.Attachment).where(_is_logo(company_id))).one_or_none()


def picture_of(session: AnySession, company_id: int) -> str:
    """The picture as a `data:` address; empty where there is none."""
    sha256 = session.scalar(select(m.Attachment.sha256).where(_is_logo(company_id)))
    return address_of(sha256) if sha256 else ""


def _is_logo(company_id: int) -> Any:
    file = m.Attachment
    return (file.model == "company") & (file.record_id == company_id) & (file.document == LOGO)


@lru_cache(maxsize=16)
def address_of(sha256: str) -> str:
    """The PNG with these contents as a `data:` address, since documents fetch nothing."""
    return "data:image/png;base64," + base64.b64encode(attachments.read(sha256)).decode()
