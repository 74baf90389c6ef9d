"""Lists and forms of partners."""

from core.i18n import LOCALES, _l
from core.screens import Column, Field, Filter, Grid, Screens, Section, archiving

screens = Screens()

ROLES = {
    "general": _l("General"),
    "statement": _l("Statements"),
    "invoice": _l("Invoices"),
    "order": _l("Orders"),
}

screens.list(
    "partner.list",
    model="partner",
    title=_l("Partners"),
    columns=[
        "code",
        Column("name", editable=True),
        Column("email", editable=True),
        Column("phone", editable=True),
        Column("city", editable=True),
        Column("country", editable=True),
        "currency_code",
    ],
    filters=[
        Filter("customers", _l("Customers"), where=lambda partner: partner.is_customer),
        Filter("suppliers", _l("Suppliers"), where=lambda partner: partner.is_supplier),
        Filter("no_email", _l("Without e-mail"), where=lambda partner: partner.email == ""),
        "country",
        "active",
    ],
    search=["code", "name", "email"],
    actions=["country", "currency_code", "locale", *archiving("partners.write")],
    group_by=["country", "active"],
    order="code",
    empty=_l("Everyone that you buy from or sell to is listed here."),
)
screens.form(
    "partner.form",
    model="partner",
    title=_l("Partner"),
    nodes=[
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
            Field("email", help=_l("Several addresses are separated by commas.")),
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
                choices=dict(LOCALES),
                help=_l("The language of documents and mails."),
            ),
            "currency_code",
            title=_l("Trade"),
        ),
        Grid(
            "contacts",
            model="partner.contact",
            columns=["name", "role", "email", "phone"],
            title=_l("Contacts"),
        ),
    ],
)
