"""Lists and forms of companies, currencies, number sequences, mail templates, schedules and addons."""

from typing import Any

from sqlalchemy import inspect

from core import m
from core.db.currencies import MOST_DECIMALS, usual_decimals
from core.errors import UserError
from core.i18n import _, _l
from core.jobs.schedule import start_now
from core.locales import LOCALES
from core.mail.names import RETURN_STATES, RETURNS
from core.mail.templates import check_template
from core.screens import Button, Column, Field, Filter, Grid, Screens, Section
from core.security.actor import actor_of

screens = Screens()

UNITS = {"minutes": _l("Minutes"), "hours": _l("Hours"), "days": _l("Days"), "months": _l("Months")}


def is_kept(record: Any) -> bool:
    """Whether it is in the database already: some values are chosen once."""
    return bool(inspect(record).persistent)


def let_founder_in(session: Any, company: Any) -> None:
    """Whoever founds a company may work in it."""
    actor = actor_of(session)
    if is_kept(company) or actor.user_id is None:
        return
    founder = session.get(m.User, actor.user_id)
    founder.companies.append(company)


class TooFineCurrencyError(UserError):
    """Amounts in this currency have more decimals than are stored; says what to do."""


def refuse_too_fine(_session: Any, currency: Any) -> None:
    """KWD has three decimals, and is no better off with two: an invoice rounded to 10 fils is a wrong one."""
    usual = usual_decimals(currency.code or "")
    if usual > MOST_DECIMALS and not is_kept(currency):
        raise TooFineCurrencyError(
            _(
                "Amounts in %(code)s have %(usual)s decimals, and %(most)s are kept: it can't be added. "
                "Agree on another currency with these partners, such as USD.",
                code=currency.code,
                usual=usual,
                most=MOST_DECIMALS,
            )
        )


def check_mail(session: Any, template: Any) -> None:
    """Refuse a template that cannot work."""
    check_template(template.subject, template.body, session=session, template=template)


def settle_return(session: Any, returned: Any) -> str:
    """Somebody has corrected the address, or knows that it is good."""
    m.MailReturn.settle(session, [returned])
    return _("It is settled.")


def run_now(session: Any, action: Any) -> str:
    """Start it at once; its next turn stays where it is."""
    start_now(session, action)
    return _("Started: see it under Jobs.")


screens.list(
    "company.list",
    model="company",
    title=_l("Companies"),
    columns=["code", "name", "city", "country", "currency_code", Column("email", _l("E-mail")), "phone"],
    search=["code", "name"],
    order="code",
    empty=_l("The legal entities that keep their books here are listed."),
)
screens.form(
    "company.form",
    model="company",
    title=_l("Company"),
    on_save=let_founder_in,
    nodes=[
        Section(
            "main",
            Field("code", help=_l("Short and unique; nobody outside sees it.")),
            "name",
            Field("currency_code", readonly=is_kept, help=_l("The books are kept in it; it stays.")),
        ),
        Section(
            "address",
            "street",
            "city",
            "country",
            "tax_number",
            Field("email", _l("E-mail")),
            "phone",
            title=_l("Address on documents"),
        ),
        Section(
            "documents",
            Field(
                "locale",
                _l("Language"),
                choices={"": _l("As the installation's"), **LOCALES},
                help=_l("Of documents and mails to partners who have chosen none."),
            ),
            Field(
                "payment_details",
                _l("Payment details"),
                multiline=True,
                help=_l("Bank and account, as they are printed on invoices and statements."),
            ),
            title=_l("Documents"),
        ),
        Button(
            "letterhead",
            _l("Letterhead…"),
            action="administration.letterhead",
            method="get",
            permission="core.configure",
        ),
    ],
)
screens.list(
    "currency.list",
    model="currency",
    title=_l("Currencies"),
    columns=["code", Column("name", show="phrase"), Column("digits", _l("Decimals"))],
    search=["code", "name"],
    order="code",
    empty=_l("The currencies that documents may be in are listed here."),
)
screens.form(
    "currency.form",
    model="currency",
    title=_l("Currency"),
    on_save=refuse_too_fine,
    nodes=[
        Section(
            "main",
            Field("code", readonly=is_kept, help=_l("Three letters by ISO 4217.")),
            Field("name", show="phrase"),
            Field(
                "digits",
                _l("Decimals"),
                required=False,
                readonly=is_kept,
                help=_l("Of amounts in it: 2, or 0 as in JPY. Left empty, as is usual; afterwards it stays."),
            ),
        )
    ],
)
screens.list(
    "sequence.list",
    model="sequence",
    title=_l("Number sequences"),
    columns=[
        Column("name", show="phrase"),
        "prefix",
        Column("padding", _l("Digits")),
        Column("code", shown=False),
    ],
    search=["name", "prefix"],
    order="name",
    create=False,
    empty=_l("How documents are numbered is listed here."),
)
screens.form(
    "sequence.form",
    model="sequence",
    title=_l("Number sequence"),
    create=False,
    nodes=[
        Section(
            "main",
            Field("name", show="phrase"),
            Field(
                "prefix",
                help=_l(
                    "{year} stands for the year of the document; without it numbers go on over the years. "
                    "Numbers given stay."
                ),
            ),
            Field("padding", _l("Digits"), help=_l("5: 00001. A longer number has more.")),
        ),
        Grid(
            "counters",
            model="sequence.counter",
            title=_l("Next numbers"),
            readonly=True,
            order="year",
            columns=["company_id", Column("year", show="text"), Column("next_number", _l("Next number"))],
        ),
    ],
)
screens.list(
    "mail.template.list",
    model="mail.template",
    title=_l("Mail templates"),
    columns=["code", Column("locale", _l("Language"), choices=dict(LOCALES)), "subject"],
    filters=[],
    search=["code", "subject"],
    order="code",
    empty=_l("The texts of mails, one for each kind and language, are listed here."),
)
screens.form(
    "mail.template.form",
    model="mail.template",
    title=_l("Mail template"),
    on_save=check_mail,
    nodes=[
        Section(
            "main",
            Field("code", readonly=is_kept),
            Field("locale", _l("Language"), choices=dict(LOCALES), readonly=is_kept),
            Field("subject", wide=True),
            Field(
                "body",
                _l("Text"),
                multiline=True,
                help=_l("What stands in {{ }} is filled in; keep the names as they were shipped."),
            ),
        )
    ],
)
screens.list(
    "mail.return.list",
    model="mail.return",
    title=_l("Returned mail"),
    columns=[
        Column("received_at", _l("Came in")),
        "address",
        Column("kind", choices=RETURNS),
        "status",
        "reason",
        Column("message_id", _l("Mail")),
        Column("state", choices=RETURN_STATES),
    ],
    filters=[Filter("state", choices=RETURN_STATES), Filter("kind", choices=RETURNS), "address"],
    search=["address", "reason"],
    order="-received_at",
    create=False,
    empty=_l("What servers could not deliver stands here until somebody has seen to the address."),
)
screens.form(
    "mail.return.form",
    model="mail.return",
    title=_l("Returned mail"),
    readonly=lambda returned: True,
    create=False,
    head=("state",),
    nodes=[
        Section(
            "main",
            "address",
            Field("kind", choices=RETURNS),
            "status",
            Field("reason", wide=True),
            Field("is_bad", _l("The address is bad")),
            Field("received_at", _l("Came in")),
            Field("message_id", _l("Mail")),
            Field("state", choices=RETURN_STATES),
        ),
        Button(
            "settle",
            _l("Mark as seen to"),
            action=settle_return,
            permission="core.mail",
            style="primary",
            visible=lambda returned: returned is not None and returned.state == "open",
            bulk=lambda returned: returned.state == "open",
        ),
    ],
)
screens.list(
    "scheduled.action.list",
    model="scheduled.action",
    title=_l("Schedules"),
    columns=[
        Column("name", show="phrase"),
        "every",
        Column("unit", choices=UNITS),
        "active",
        Column("next_run_at", _l("Next time")),
        Column("last_run_at", _l("Last time")),
        Column("missed", _l("Turns caught up")),
    ],
    filters=["active"],
    search=["name"],
    order="next_run_at",
    create=False,
    empty=_l("What starts by the clock is listed here."),
)
screens.form(
    "scheduled.action.form",
    model="scheduled.action",
    title=_l("Schedule"),
    create=False,
    nodes=[
        Section(
            "main",
            Field("name", show="phrase"),
            "every",
            Field("unit", choices=UNITS),
            Field("next_run_at", _l("Next time")),
            "active",
        ),
        Section(
            "past",
            Field("last_run_at", _l("Last time"), readonly=True),
            Field("missed", _l("Turns caught up"), readonly=True),
            title=_l("So far"),
        ),
        Button("run", _l("Run now"), action=run_now, permission="core.configure"),
    ],
)
screens.list(
    "addon.list",
    model="addon",
    title=_l("Addons"),
    columns=["name", "version", Column("installed_at", _l("Installed"))],
    search=["name"],
    order="name",
    create=False,
    empty=_l("What is installed is listed here; `bincard addon` installs more."),
)
