"""Questions to customers: their list, and their form with the link and the answer."""

from typing import Any

from sqlalchemy import select

from addons.substitutes.words import CONSENTS
from core import m
from core.db import db
from core.i18n import _, _l
from core.screens import Button, Column, Field, Filter, Part, Screens, Section


def is_asked(consent: Any) -> bool:
    """Whether it waits for an answer."""
    return bool(consent.state == "asked")


def mailed(consent: Any) -> Any:
    """The mail by which it was asked, the latest; None where there is none."""
    found = m.MailMessage
    query = select(found).where(found.model == "substitute.consent", found.record_id == consent.id)
    return db.session.scalars(query.order_by(found.id.desc()).limit(1)).one_or_none()


def may_be_mailed(consent: Any) -> bool:
    """Whether it waits for an answer and was not mailed yet."""
    return is_asked(consent) and consent.link is not None and mailed(consent) is None


def ask_to_mail(consent: Any) -> str:
    """What mailing asks: to whom."""
    to = consent.partner.addresses_for("order") or _("nobody: there is no address")
    return _("Mail the question to %(to)s?", to=to)


def mail(session: Any, consent: Any) -> str:
    """Mail it to the customer."""
    (message,) = m.SubstituteConsent.mail(session, [consent])
    return _("The question goes to %(to)s.", to=", ".join(message.to))


def agree(session: Any, consent: Any) -> str:
    """Keep that the customer agreed in another way than by the link."""
    m.SubstituteConsent.answer(session, [consent], True, consent.answered_by, consent.note)
    return _("Kept: the customer agrees.")


def refuse(session: Any, consent: Any) -> str:
    """Keep that the customer did not agree."""
    m.SubstituteConsent.answer(session, [consent], False, consent.answered_by, consent.note)
    return _("Kept: the customer does not agree.")


def withdraw(session: Any, consent: Any) -> str:
    """Let the question, or what was agreed, hold no more."""
    m.SubstituteConsent.withdraw(session, [consent])
    return _("Withdrawn.")


def link_of(session: Any, consent: Any) -> dict[str, Any]:
    """The link, where it still asks, and what it was answered."""
    link = consent.link
    is_open = link is not None and link.revoked_at is None and link.answered_at is None
    message = mailed(consent) if is_open else None
    return {"link": link, "address": m.Link.address(link) if is_open else "", "mail": message}


def declare(screens: Screens) -> None:
    """The list and the form."""
    _list(screens)
    _form(screens)


def _list(screens: Screens) -> None:
    screens.list(
        "substitute.consent.list",
        model="substitute.consent",
        title=_l("Consents"),
        columns=[
            Column("at", _l("When")),
            "partner_id",
            Column("product_id", _l("Ordered part")),
            Column("substitute_id", _l("Substitute")),
            Column("state", choices=CONSENTS),
            Column("answered_by", _l("Answered by")),
            Column("answered_at", _l("Answered at")),
            Column("order_id", _l("Order")),
            Column("note", _l("Note"), shown=False),
        ],
        filters=["partner_id", Filter("state", choices=CONSENTS)],
        search=["partner_id", "product_id", "substitute_id"],
        order="-at",
        create=False,
        source=(_l("Orders"), "sales.order.list"),
        empty=_l("What customers were asked, and what they answered, is listed here."),
    )


def _form(screens: Screens) -> None:
    screens.form(
        "substitute.consent.form",
        model="substitute.consent",
        title=_l("Consent"),
        create=False,
        head=("partner_id", "state"),
        readonly=lambda consent: not is_asked(consent),
        nodes=[
            Part("link", template="substitutes/link.html", read=link_of, visible=lambda c: c is not None),
            Section(
                "main",
                Field("partner_id", readonly=True),
                Field("order_id", _l("Order"), readonly=True),
                Field("product_id", _l("Ordered part"), readonly=True),
                Field("substitute_id", _l("Substitute"), readonly=True),
                Field("quantity", readonly=True),
                Field("unit_price", readonly=True),
                Field("because", _l("Asked because"), readonly=True, wide=True),
                Field("state", choices=CONSENTS, readonly=True),
            ),
            Section(
                "answer",
                Field("answered_by", _l("Answered by"), help=_l("Who said so on the customer's side.")),
                Field("note", _l("Note"), wide=True, help=_l("How, and in which words: by phone, by mail.")),
                Field("answered_at", _l("Answered at"), readonly=True),
                Field("user_id", _l("Asked by"), readonly=True),
                title=_l("Answer"),
            ),
            Button(
                "mail",
                _l("Mail the question"),
                action=mail,
                permission="sales.write",
                visible=may_be_mailed,
                confirm=ask_to_mail,
                style="primary",
            ),
            Button(
                "agree",
                _l("Customer agrees"),
                action=agree,
                permission="sales.write",
                visible=lambda c: is_asked(c) and c.answered_by != "",
                style="primary",
            ),
            Button(
                "refuse",
                _l("Customer does not agree"),
                action=refuse,
                permission="sales.write",
                visible=lambda c: is_asked(c) and c.answered_by != "",
            ),
            Button(
                "withdraw",
                _l("Withdraw"),
                action=withdraw,
                permission="sales.write",
                visible=lambda c: c.state in ("asked", "agreed"),
                style="danger",
            ),
        ],
    )
