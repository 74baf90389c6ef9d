"""What was received, as the supplier gets it to confirm."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from addons.matching.services.words import KIND_WORDS
from addons.supplier_payables.services.confirming import words_of
from addons.supplier_payables.services.papers import CLAIM, DOCUMENT, disputed_of, identity_of, lines_of
from addons.supplier_payables.services.uploading import SEND
from core import m
from core.db import db
from core.documents import Delivery, Documents, Identity
from core.i18n import _, _l, format_date

documents = Documents()
#: Lines that are printed; of more, the sums of the deliveries, whose lines stand in the workbook.
MOST = 1000


def context(statement: Any) -> dict[str, Any]:
    """What the template names."""
    lines = lines_of(db.session, statement.id)
    return {
        **_head(statement),
        "lines": lines if len(lines) <= MOST else [],
        "deliveries": _deliveries(lines) if len(lines) > MOST else [],
        "total": statement.total,
    }


def _head(statement: Any) -> dict[str, Any]:
    return {
        "company": statement.company,
        "recipient": statement.partner.postal_address,
        "number": statement.number,
        "facts": [
            (_("Period"), f"{format_date(statement.period_start)} – {format_date(statement.period_end)}"),
            (_("Supplier no."), statement.partner.code),
            (_("Currency"), statement.currency_code),
        ],
        "currency": statement.currency_code,
    }


def _deliveries(lines: Any) -> list[tuple[str, Any, int, Any]]:
    """Each delivery note with its day, its lines, and what they come to."""
    sums: dict[tuple[str, Any], list[Any]] = {}
    for line in lines:
        sums.setdefault((line.receipt, line.date), []).append(line.amount)
    return [(*key, len(amounts), sum(amounts)) for key, amounts in sums.items()]


def _was_sent(statement: Any) -> bool:
    mail = m.MailMessage
    query = select(mail.id).where(mail.model == DOCUMENT, mail.record_id == statement.id)
    return db.session.scalar(query.limit(1)) is not None


def claim(statement: Any) -> dict[str, Any]:
    """What the template of the disputed lines names."""
    return {**_head(statement), "lines": disputed_of(db.session, statement.id), "kinds": KIND_WORDS}


def identity_of_claim(statement: Any) -> Identity:
    """Of a statement that is posted, whose disputes stand."""
    return replace(identity_of(statement), document=CLAIM)


documents.define(
    DOCUMENT,
    title=_l("Statement of receipts"),
    template="supplier_payables/statement.html",
    filename=lambda statement: _("Statement %(number)s.pdf", number=statement.number),
    context=context,
    slots=("after_header", "after_lines"),
    replayed=True,
    delivery=Delivery(
        identity=identity_of,
        locale=lambda statement: statement.partner.language,
        recipients=lambda statement: statement.partner.addresses_for("statement"),
        mail=lambda statement: DOCUMENT,
        words=words_of,
        permission=SEND,
        again=_was_sent,
        send=lambda session, statement, letter: m.PayablesStatement.send_by_hand(session, statement, letter),
    ),
)
documents.define(
    CLAIM,
    title=_l("Disputed lines"),
    template="supplier_payables/claim.html",
    filename=lambda statement: _("Disputed lines %(number)s.pdf", number=statement.number),
    context=claim,
    slots=("after_header", "after_lines"),
    model=DOCUMENT,
    delivery=Delivery(
        identity=identity_of_claim,
        locale=lambda statement: statement.partner.language,
        recipients=lambda statement: statement.partner.addresses_for("statement"),
        mail=lambda statement: CLAIM,
        words=words_of,
        permission=SEND,
        ready=lambda statement: statement.state == "posted" and bool(disputed_of(db.session, statement.id)),
    ),
)
