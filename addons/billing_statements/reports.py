"""The statement of account as a document."""

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import object_session

from addons.accounting.services.paying import Paying, paying_of
from addons.billing_statements.services import delivery
from addons.billing_statements.services.capitals import capitals
from addons.billing_statements.services.printed import movements, open_documents, rows
from core import m
from core.documents import Delivery, Documents
from core.i18n import _, _l, format_date

documents = Documents()


def details(statement: Any) -> list[Any]:
    """The lines of its documents, for customers who check them."""
    if not statement.partner.statement_lines:
        return []
    return list(m.BillingStatement.details(object_session(statement), statement))


def ageing(statement: Any) -> list[tuple[str, Decimal]]:
    """The closing balance by how long it has been due."""
    return [
        (_("Not yet due"), statement.not_due),
        (_("1–30 days"), statement.due_30),
        (_("31–60 days"), statement.due_60),
        (_("61–90 days"), statement.due_90),
        (_("Over 90 days"), statement.due_over),
        (_("Not yet applied"), statement.unapplied),
    ]


def paying(statement: Any) -> Paying | None:
    """The code by which the closing balance is paid; none where nothing is owed."""
    return paying_of(
        statement.company, statement.partner, statement.closing, statement.currency_code, statement.number
    )


def mail_by_hand(session: Any, statement: Any, letter: Any) -> Any:
    """One statement, with the letter of the dialog."""
    (message,) = m.BillingStatement.send_by_hand(session, [statement], letter)
    return message


def context(statement: Any) -> dict[str, Any]:
    """What the template names."""
    partner = statement.partner
    period = f"{format_date(statement.period_start)} – {format_date(statement.period_end)}"
    facts = [
        (_("Date"), format_date(statement.period_end)),
        (_("Period"), period),
        (_("Customer no."), partner.code),
        (_("Currency"), statement.currency_code),
    ]
    if statement.replaces is not None:
        facts.append((_("Replaces"), statement.replaces.number))
    return {
        "company": statement.company,
        "recipient": partner.postal_address,
        "number": statement.number,
        "facts": facts,
        "rows": rows(statement),
        "movements": movements(statement),
        "open_documents": open_documents(statement),
        "details": details(statement),
        "ageing": ageing(statement),
        "currency": statement.currency_code,
        "layout": partner.layout_of_statements,
        "words": capitals(statement.closing, statement.currency_code),
        "paying": paying(statement),
    }


documents.define(
    "billing.statement",
    title=_l("Statement of account"),
    template="billing_statements/statement.html",
    filename=lambda statement: _("Statement %(number)s.pdf", number=statement.number),
    context=context,
    slots=("after_header", "after_lines", "after_totals"),
    replayed=True,
    delivery=Delivery(
        identity=delivery.identity_of,
        locale=lambda statement: statement.partner.language,
        recipients=lambda statement: statement.partner.addresses_for("statement"),
        mail=delivery.mail_of,
        words=delivery.words_of,
        permission="billing_statements.send",
        ready=lambda statement: statement.state in ("released", "sent"),
        again=lambda statement: statement.state == "sent",
        kept=lambda statement: statement.attachment,
        send=mail_by_hand,
    ),
)
