"""Switch an endpoint off that no longer answers, and tell the person who made it."""

from typing import Any

from sqlalchemy import select

from core import m
from core.db import db
from core.i18n import _, in_locale
from core.mail import MailAddressError, queue
from core.security.rules import ALL_COMPANIES


def switch_off(endpoint_id: int, last: str) -> None:
    """Switch it off, say why on its page, and mail its maker; commits."""
    query = select(m.WebhookEndpoint).where(m.WebhookEndpoint.id == endpoint_id).with_for_update()
    endpoint = db.session.scalars(query.execution_options(**ALL_COMPANIES)).one()
    endpoint.active = False
    endpoint.disabled_reason = last[:500]
    if endpoint.user is not None:
        _tell(endpoint)
    db.session.commit()


def _tell(endpoint: Any) -> None:
    user = endpoint.user
    with in_locale(user.locale):
        subject = _("The webhook “%(name)s” is switched off", name=endpoint.name)
        body = _(
            "%(url)s has not taken an event for days, so nothing is sent there any more.\n"
            "Its last answer: %(answer)s\n"
            "When it works again, switch the webhook on and send again what has failed.",
            url=endpoint.url,
            answer=endpoint.disabled_reason,
        )
    try:
        queue(
            db.session,
            to=[user.email],
            subject=subject,
            body=body,
            model="webhook.endpoint",
            record_id=endpoint.id,
            company_id=endpoint.company_id,
        )
    except MailAddressError:
        pass  # a log-in need not be a mail address; the page says it too
