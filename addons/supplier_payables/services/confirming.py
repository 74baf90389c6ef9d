"""Ask suppliers whether a statement is right, before their own list comes.

Problem: 200 suppliers are to say whether what we received of them agrees with their books. Rule: each gets
its statement by mail, as PDF and as a workbook, with a link: without a log-in it confirms all of it, says of
single lines what is right or what is wrong, or brings its own list. A statement is asked about once for each
state of its papers; one whose list is here already is asked about no more.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from addons.supplier_payables.services.creation import refuse_posted
from addons.supplier_payables.services.errors import PayablesError
from addons.supplier_payables.services.papers import DOCUMENT, workbook
from addons.supplier_payables.services.uploading import SEND
from core import letters, m
from core.db import AnySession
from core.documents import copy_of
from core.i18n import _, format_date, format_money, in_locale
from core.mail import parse_addresses, queue, render_template
from core.security import acts
from core.security.audit import record

#: What is asked by the link.
PURPOSE = DOCUMENT
#: Days for which the link is good.
DAYS = 30


def send(session: AnySession, statements: Iterable[Any]) -> list[Any]:
    """Raises PayablesError for what is posted or was sent as it is, and where no address is known."""
    acts.require(session, SEND)
    rows = acts.locked(session, m.PayablesStatement, statements)
    refuse_posted(rows)
    found = [session.get_one(m.PayablesStatement, row.id) for row in rows]
    PayablesError.refuse({one.id: why for one in found if (why := _why_not(session, one))})
    made = [_send(session, one) for one in found]
    record(session, "send", DOCUMENT, [one.id for one in found])
    return made


def _why_not(session: AnySession, statement: Any) -> str:
    if statement.list_name:
        return _("The list of %(name)s is here already: match it.", name=statement.partner.name)
    if session.scalar(select(m.MailMessage.id).filter_by(idempotency_key=_key(statement))):
        return _("%(number)s was sent already, and nothing has changed since.", number=statement.number)
    if not statement.partner.addresses_for("statement"):
        return _("No mail address is known of %(name)s: enter one.", name=statement.partner.name)
    return ""


def _key(statement: Any) -> str:
    return f"{DOCUMENT}:{statement.id}:{statement.revision}"


def _send(session: AnySession, statement: Any) -> Any:
    locale = statement.partner.language
    with in_locale(locale):
        words = {**words_of(statement), "answer": _address(session, statement)}
        subject, body = render_template(session, DOCUMENT, locale, words)
    return queue(
        session,
        to=parse_addresses(statement.partner.addresses_for("statement")),
        subject=subject,
        body=body,
        model=DOCUMENT,
        record_id=statement.id,
        company_id=statement.company_id,
        attachments=[copy_of(session, statement), workbook(session, statement)],
        idempotency_key=_key(statement),
        when_unsure="park",
    )


def words_of(statement: Any) -> dict[str, Any]:
    """What the mail template may name, in the language of now."""
    return {
        "number": statement.number,
        "partner": statement.partner.name,
        "company": statement.company.name,
        "period_start": format_date(statement.period_start),
        "period_end": format_date(statement.period_end),
        "total": format_money(statement.total, statement.currency_code),
        "answer": "",
    }


def send_by_hand(session: AnySession, statement: Any, letter: letters.Letter) -> Any:
    """A letter that a person has written, with both files. Raises LetterError."""
    acts.require(session, SEND)
    message = letters.put_out(session, statement, letter)
    along = {"message_id": message.id, "attachment_id": workbook(session, statement).id}
    session.execute(insert(m.MailAttachment).values(along).on_conflict_do_nothing())
    return message


def _address(session: AnySession, statement: Any) -> str:
    """Where the supplier answers; empty where nobody outside reaches us."""
    if not m.Link.is_reachable():
        return ""
    link = m.Link.make(session, PURPOSE, statement, DAYS, statement.partner.language)
    return str(m.Link.address(link))


def link_of(session: AnySession, statement_id: int) -> Any:
    """The last link about a statement; None where nobody was asked by one."""
    link = m.Link
    query = select(link).where(link.model == DOCUMENT, link.record_id == statement_id)
    return session.scalars(query.order_by(link.id.desc()).limit(1)).first()
