"""Lists and forms of revaluations of foreign currency."""

from datetime import timedelta
from typing import Any

from addons.accounting.document_forms import STATES, is_draft, is_posted
from addons.accounting.services.revaluation import together
from core import m
from core.clock import today
from core.i18n import _, _l, locale_code
from core.screens import Button, Column, Fact, Facts, Field, Filter, Part, Screens, Section
from core.screens.fields import number_text

REVALUATION_STATES = {**STATES, "taken_back": _l("Taken back")}
KINDS = {"receivable": _l("Receivable"), "payable": _l("Payable"), "bank": _l("Bank")}
LINES = "/m/accounting.revaluation_line.list?f.revaluation_id={}"


def declare(screens: Screens) -> None:
    """Add them to the addon's screens."""
    screens.list(
        "accounting.revaluation.list",
        model="accounting.revaluation",
        title=_l("Revaluations"),
        columns=[
            "number",
            "date",
            Column("state", choices=REVALUATION_STATES),
            "difference",
            "entry_id",
            "opposite_id",
            "replaces_id",
        ],
        filters=[Filter("state", choices=REVALUATION_STATES), "date"],
        search=["number"],
        order="-date",
        empty=_l(
            "What is open in foreign currency is valued at the end of a period here, and booked until the "
            "next day."
        ),
    )
    _form(screens)
    _lines(screens)


def _form(screens: Screens) -> None:
    screens.form(
        "accounting.revaluation.form",
        model="accounting.revaluation",
        title=_l("Revaluation"),
        readonly=lambda revaluation: revaluation.state != "draft",
        defaults=lambda session: {"date": today().replace(day=1) - timedelta(days=1)},
        nodes=[
            Facts("valued", read=facts, visible=is_posted),
            Section(
                "main",
                Field("number", readonly=True),
                Field("date", _l("Last day of the period")),
                Field("state", choices=REVALUATION_STATES, readonly=True),
                Field("entry_id", _l("Entry of the day"), readonly=True),
                Field("opposite_id", _l("Opposite of the next day"), readonly=True),
                Field("replaces_id", _l("Replaces"), readonly=True),
            ),
            Part(
                "lines",
                template="accounting/revalued.html",
                read=summary,
                visible=lambda revaluation: revaluation is not None and revaluation.state != "draft",
            ),
            Button(
                "post",
                _l("Revalue"),
                action=revalue,
                permission="accounting.post",
                visible=is_draft,
                style="primary",
                confirm=_l("Book what foreign currency is worth on this day, and the opposite on the next?"),
            ),
            Button(
                "take_back",
                _l("Take back"),
                action=take_back,
                permission="accounting.post",
                visible=is_posted,
                style="danger",
                confirm=_l("Take both entries back, each on its day?"),
            ),
        ],
    )


def _lines(screens: Screens) -> None:
    screens.list(
        "accounting.revaluation_line.list",
        model="accounting.revaluation_line",
        title=_l("Revalued items"),
        columns=[
            "revaluation_id",
            Column("kind", choices=KINDS),
            "partner_id",
            "open_item_id",
            "amount",
            "book_value",
            Column("exchange_rate", _l("Rate of the day")),
            "value",
            "difference",
            Column("reason", _l("Not valued because")),
        ],
        filters=[
            "revaluation_id",
            Filter("kind", choices=KINDS),
            Filter("left_out", _l("Not valued"), where=lambda line: line.exchange_rate.is_(None)),
            "partner_id",
            "currency_code",
        ],
        search=["open_item_id", "partner_id"],
        group_by=["revaluation_id", "kind", "currency_code"],
        order="position",
        create=False,
        source=(_l("Revaluations"), "accounting.revaluation.list"),
        empty=_l("What each revaluation says of each open item and foreign balance is listed here."),
    )


def revalue(session: Any, revaluation: Any) -> str:
    """Value the day from its form."""
    m.AccountingRevaluation.post(session, [revaluation])
    return _("%(number)s is posted.", number=revaluation.number)


def take_back(session: Any, revaluation: Any) -> str:
    """Take one back from its form."""
    m.AccountingRevaluation.take_back(session, [revaluation])
    return _("%(number)s is taken back.", number=revaluation.number)


def facts(session: Any, revaluation: Any) -> list[Fact]:
    """What it comes to, of how much, and what was not valued."""
    rows = together(session, revaluation.id)
    count = sum(row.count for row in rows)
    left_out = sum(row.count for row in rows if row.exchange_rate is None)
    link = LINES.format(revaluation.id)
    found = [
        Fact(_l("Difference"), revaluation.difference, revaluation.company.currency_code),
        Fact(_l("Valued"), text=str(count - left_out), link=link),
    ]
    if left_out:
        found.append(Fact(_l("Not valued"), text=str(left_out), link=f"{link}&f.left_out=yes", tone="bad"))
    return found


def summary(session: Any, revaluation: Any) -> dict[str, Any]:
    """What it says by kind and currency, with the list of each item."""
    return {
        "rows": together(session, revaluation.id),
        "rate": lambda rate: number_text(rate, locale_code(), 0, 10),
        "kinds": KINDS,
        "own": revaluation.company.currency_code,
        "link": LINES.format(revaluation.id),
    }
