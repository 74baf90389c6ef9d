"""Lists and forms of partners."""

from typing import Any

from sqlalchemy import inspect

from addons.partners.services import may_assign
from core import m
from core.errors import UserError
from core.i18n import _, _l
from core.locales import LOCALES
from core.screens import Column, Fact, Facts, Field, Filter, Grid, Screens, Section, archiving
from core.security.actor import actor_of
from core.security.rights import current_actor

screens = Screens()

ROLES = {
    "general": _l("General"),
    "statement": _l("Statements"),
    "invoice": _l("Invoices"),
    "order": _l("Orders"),
}


def colleagues(user: Any) -> Any:
    """Who may look after a customer: the active users of the company."""
    return user.active & user.companies.any(m.Company.id == current_actor().company_id)


def may_not_assign(_partner: Any) -> bool:
    """Whether somebody else says who looks after the customer, and which group it is of."""
    return not may_assign(current_actor())


def mine(session: Any) -> dict[str, Any]:
    """A new customer is looked after by whoever enters it, where a rule narrows what that user sees."""
    actor = actor_of(session)
    return {} if actor.may("partners.read_all") else {"salesperson_id": actor.user_id}


def keep_assigned(session: Any, partner: Any) -> None:
    """Refuse to give a customer to somebody else without the right to do so."""
    actor = actor_of(session)
    given_away = partner.salesperson_id != actor.user_id or partner.team_id is not None
    if given_away and not inspect(partner).persistent and not may_assign(actor):
        raise UserError(_("You may enter customers of your own only: choose yourself as salesperson."))


screens.list(
    "partner.list",
    model="partner",
    title=_l("Partners"),
    columns=[
        "code",
        Column("name", editable=True),
        Column("email", _l("E-mail"), editable=True),
        Column("phone", editable=True),
        Column("city", editable=True),
        Column("country", editable=True),
        "currency_code",
        Column("partner_group_id", _l("Partner group"), shown=False),
        Column("salesperson_id", _l("Salesperson"), shown=False),
        Column("team_id", _l("Sales team"), shown=False),
    ],
    filters=[
        Filter("customers", _l("Customers"), where=lambda partner: partner.is_customer),
        Filter("suppliers", _l("Suppliers"), where=lambda partner: partner.is_supplier),
        Filter("no_email", _l("Without e-mail"), where=lambda partner: partner.email == ""),
        "country",
        Filter("partner_group_id", _l("Partner group")),
        Filter("salesperson_id", _l("Salesperson")),
        Filter("team_id", _l("Sales team")),
        "active",
    ],
    search=["code", "name", "email"],
    actions=["country", "currency_code", "locale", *archiving("partners.write")],
    group_by=["country", "partner_group_id", "active"],
    order="code",
    empty=_l("Everyone that you buy from or sell to is listed here."),
)


def returned_mail(session: Any, partner: Any) -> list[Fact]:
    """The addresses of a partner that mail came back from, for whoever may see to it."""
    if not current_actor().may("core.mail"):
        return []
    bad = m.MailReturn.bad_among(session, partner.all_addresses)
    link = "/m/mail.return.list?f.state=open"
    return [Fact(_l("Mail came back"), text=address, tone="bad", link=link) for address in bad]


screens.form(
    "partner.form",
    model="partner",
    title=_l("Partner"),
    defaults=mine,
    on_save=keep_assigned,
    nodes=[
        Facts("returned", read=returned_mail),
        Section(
            "main",
            "code",
            "name",
            Field("is_customer", _l("Customer")),
            Field("is_supplier", _l("Supplier")),
            "active",
        ),
        Section(
            "reach",
            Field("email", _l("E-mail"), wide=True, help=_l("Several addresses are separated by commas.")),
            "phone",
            "street",
            "postcode",
            "city",
            "country",
            title=_l("Address"),
        ),
        Section(
            "trade",
            "tax_number",
            Field(
                "locale",
                _l("Language"),
                choices={"": _l("Not known: English"), **LOCALES},
                help=_l("The language of documents and mails."),
            ),
            "currency_code",
            Field(
                "partner_group_id",
                _l("Partner group"),
                readonly=may_not_assign,
                help=_l("What is agreed for the group holds for each partner in it."),
            ),
            Field("salesperson_id", _l("Salesperson"), where=colleagues, readonly=may_not_assign),
            Field("team_id", _l("Sales team"), readonly=may_not_assign),
            title=_l("Trade"),
        ),
        Grid(
            "contacts",
            model="partner.contact",
            columns=["name", "role", Column("email", _l("E-mail")), "phone"],
            title=_l("Contacts"),
        ),
    ],
)

screens.list(
    "partner.group.list",
    model="partner.group",
    title=_l("Partner groups"),
    columns=[Column("name", editable=True)],
    search=["name"],
    order="name",
    empty=_l("Groups of partners that are treated alike stand here, such as dealers."),
)
screens.form(
    "partner.group.form", model="partner.group", title=_l("Partner group"), nodes=[Section("main", "name")]
)
