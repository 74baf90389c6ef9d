"""Mail the requests of an inquiry: each supplier its own, exactly once.

A job mails them; what was sent already, by hand or by an earlier job, is skipped, and who has no address is
said.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from addons.purchasing.services.errors import PurchasingError
from core import letters, m
from core.db import AnySession
from core.i18n import _
from core.jobs import queue
from core.security import acts

JOB, SEND = "purchasing.requests", "purchasing.send"
_REQUESTS = text("""
    SELECT o.id, o.number, p.name FROM purchasing_order o JOIN partner p ON p.id = o.partner_id
     WHERE o.inquiry_id = :inquiry AND o.state = 'request' ORDER BY o.number, o.id
""")


def start(session: AnySession, inquiries: Iterable[Any]) -> list[Any]:
    """A job for each inquiry. Raises PurchasingError, JobStateError where one is under way."""
    acts.require(session, SEND)
    rows = acts.locked(session, m.PurchasingInquiry, inquiries)
    PurchasingError.refuse(
        {
            row.id: _("%(number)s has no open request: ask its suppliers first.", number=row.number)
            for row in rows
            if not requests_of(session, row.id)
        }
    )
    return [
        queue.start(
            session,
            JOB,
            _("Requests of %(number)s", number=row.number),
            params={"inquiry": row.id},
            model="purchasing.inquiry",
            record_id=row.id,
        )
        for row in rows
    ]


def requests_of(session: AnySession, inquiry_id: int) -> Sequence[Any]:
    """Id, number and supplier's name of the open requests of an inquiry."""
    return session.execute(_REQUESTS, {"inquiry": inquiry_id}).all()


def send(session: AnySession, order_id: int) -> Any:
    """The mail of one request, or None where one was sent. Raises LetterError where it can't be."""
    (row,) = acts.locked(session, m.PurchasingOrder, [order_id])
    if row.state != "request":
        return None
    return letters.send_once(session, session.get_one(m.PurchasingOrder, order_id))
