"""Which of the files beside a part is its datasheet."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select, update

from addons.products.services.errors import DatasheetError
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts, audit


def mark(session: AnySession, products: Iterable[Any]) -> None:
    """Make the newest PDF beside each part its datasheet; raises DatasheetError."""
    acts.require(session, "products.write")
    rows = acts.locked(session, m.Product, products)
    newest = newest_pdf(session, [row.id for row in rows])
    missing = {row.id: _why_not(row.code) for row in rows if row.id not in newest}
    DatasheetError.refuse(missing)
    product = m.Product.__table__
    for product_id, attachment_id in newest.items():
        session.execute(update(product).where(product.c.id == product_id).values(datasheet_id=attachment_id))
    audit.record(session, "mark_datasheet", "product", list(newest))
    acts.forget(session, m.Product, newest)


def _why_not(code: str) -> str:
    reason: str = _("There is no PDF beside %(code)s: add the datasheet to its files first.", code=code)
    return reason


def newest_pdf(session: AnySession, products: list[int]) -> dict[int, int]:
    """The newest PDF beside each of these parts, by the part's id."""
    file = m.Attachment
    query = select(file.record_id, func.max(file.id)).where(
        file.model == "product",
        file.record_id.in_(products),
        file.mimetype == "application/pdf",
        file.removed_at.is_(None),
    )
    return {key: newest for key, newest in session.execute(query.group_by(file.record_id)) if key is not None}
