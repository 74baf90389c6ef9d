"""The letter as a document."""

from datetime import UTC
from decimal import Decimal
from typing import Any

from addons.accounting.services.paying import Paying, paying_of
from addons.dunning.services.releasing import template_of, words_of
from core import m
from core.documents import Delivery, Documents, Identity
from core.i18n import _, _l, format_date, format_money, format_number

documents = Documents()


def identity_of(letter: Any) -> Identity:
    """What is released never changes, so it has one version."""
    return Identity("dunning.letter", letter.number, letter.partner.code, letter.issued_at.astimezone(UTC))


def sums(letter: Any) -> list[tuple[str, str]]:
    """What the total is made of."""
    currency = letter.currency_code
    rows: list[tuple[str, Decimal]] = [(_("Overdue"), letter.overdue)]
    if letter.credit:
        rows.append((_("Less what you have paid and not allocated"), -letter.credit))
    if letter.interest:
        said = _("Interest at %(rate)s %% a year", rate=format_number(letter.rate))
        rows.append((said, letter.interest))
    if letter.fee:
        rows.append((_("Fee"), letter.fee))
    return [(label, format_money(amount, currency)) for label, amount in rows]


def paying(letter: Any) -> Paying | None:
    """How its total is paid, where the country has a code for that."""
    return paying_of(letter.company, letter.partner, letter.total, letter.currency_code, letter.number)


def paragraphs(letter: Any) -> list[str]:
    """The text before the table; the name of the company, which ends mails, stands below it."""
    parts = [part.strip() for part in letter.body.split("\n\n") if part.strip()]
    return parts[:-1] if parts[-1:] == [letter.company.name] else parts


def context(letter: Any) -> dict[str, Any]:
    """What the template names."""
    return {
        "company": letter.company,
        "recipient": letter.partner.postal_address,
        "title": letter.subject,
        "number": "",
        "facts": [
            (_("Number"), letter.number),
            (_("Date"), format_date(letter.date)),
            (_("Customer no."), letter.partner.code),
            (_("Currency"), letter.currency_code),
        ],
        "paragraphs": paragraphs(letter),
        "paying": paying(letter),
        "lines": letter.lines,
        "sums": sums(letter),
        "currency": letter.currency_code,
    }


def mail_by_hand(session: Any, letter: Any, words: Any) -> Any:
    """One letter, with the words of the dialog."""
    (message,) = m.DunningLetter.send_by_hand(session, [letter], words)
    return message


documents.define(
    "dunning.letter",
    title=_l("Dunning letter"),
    template="dunning/letter.html",
    filename=lambda letter: f"{_('Dunning letter')} {letter.number}.pdf",
    context=context,
    slots=("after_header", "after_lines"),
    delivery=Delivery(
        identity=identity_of,
        locale=lambda letter: letter.partner.language,
        recipients=lambda letter: letter.partner.addresses_for("statement"),
        mail=template_of,
        words=lambda letter: words_of(letter, letter.number),
        permission="dunning.send",
        ready=lambda letter: letter.state in ("released", "sent"),
        again=lambda letter: letter.state == "sent",
        send=mail_by_hand,
    ),
)
