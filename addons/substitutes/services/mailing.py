"""Mail a customer the question whether it takes a substitute, with the link that it is answered by."""

from collections.abc import Iterable
from typing import Any

from addons.substitutes.services.asking_customers import WRITE
from addons.substitutes.services.errors import SubstituteError
from core import m
from core.db import AnySession
from core.i18n import _, format_date, format_number, in_locale
from core.mail import MailAddressError, MailTemplateError, parse_addresses, queue, render_template
from core.security import acts
from core.security.audit import record

TEMPLATE = "substitute.consent"


def mail(session: AnySession, consents: Iterable[Any]) -> list[Any]:
    """Put the questions into the outbox, each once; returns the mails. Raises SubstituteError."""
    acts.require(session, WRITE)
    rows = acts.locked(session, m.SubstituteConsent, consents)
    answered = _("Nothing is asked any more: it is answered or withdrawn.")
    SubstituteError.refuse({row.id: answered for row in rows if row.state != "asked"})
    found = [_mailed(session, session.get_one(m.SubstituteConsent, row.id)) for row in rows]
    record(session, "mail", "substitute.consent", [row.id for row in rows])
    return found


def _mailed(session: AnySession, consent: Any) -> Any:
    to = _recipients(consent.partner)
    if not m.Link.is_reachable():
        raise SubstituteError(
            _("Nobody knows where customers reach this installation: set BINCARD_PUBLIC_URL.")
        )
    subject, body = _words(session, consent)
    return queue(
        session,
        to=to,
        subject=subject,
        body=body,
        model="substitute.consent",
        record_id=consent.id,
        company_id=consent.company_id,
        idempotency_key=f"substitute.consent:{consent.id}",
    )


def _recipients(partner: Any) -> list[str]:
    """Who is written to about orders."""
    try:
        found = parse_addresses(partner.addresses_for("order"))
    except MailAddressError as error:
        raise SubstituteError(str(error)) from error
    if not found:
        raise SubstituteError(
            _(
                "%(partner)s has no e-mail address: add one, or send the link in another way.",
                partner=partner.name,
            )
        )
    return found


def _words(session: AnySession, consent: Any) -> tuple[str, str]:
    locale = consent.partner.language
    with in_locale(locale):
        words = {
            "partner": consent.partner.name,
            "company": consent.company.name,
            "part": _called(consent.product),
            "substitute": _called(consent.substitute),
            "quantity": f"{format_number(consent.quantity)} {consent.substitute.unit}",
            "order": (consent.order.reference or consent.order.number or "") if consent.order else "",
            "link": m.Link.address(consent.link),
            "until": format_date(consent.link.expires_at),
        }
    try:
        return render_template(session, TEMPLATE, locale, words)
    except MailTemplateError as error:
        raise SubstituteError(str(error)) from error


def _called(part: Any) -> str:
    maker = part.maker.name if part.maker else ""
    return " ".join(filter(None, (part.mpn or part.code, maker)))
