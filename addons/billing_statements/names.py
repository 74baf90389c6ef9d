"""What people call cycles, and states of runs and statements: forms, lists and pages take it from here."""

from babel.dates import get_day_names
from flask_babel import get_locale

from addons.accounting.periods import CYCLES as USUAL
from addons.accounting.periods import cycle_of
from core.i18n import _, _l

CYCLES = {
    "monthly": _l("Monthly"),
    "half_monthly": _l("Half-monthly"),
    "ten_day": _l("Every ten days"),
    "weekly": _l("Weekly"),
    "biweekly": _l("Every two weeks"),
    "quarterly": _l("Quarterly"),
    "days": _l("On days of their own"),
    "none": _l("No statements"),
}
#: When a customer is stated, and what its statements list.
WHEN = {
    "moved": _l("Moved or open"),
    "open": _l("Open only"),
    "always": _l("Always"),
}
FORMS = {
    "forward": _l("Movements"),
    "open_items": _l("Open documents"),
}
LAYOUTS = {
    "": _l("By language"),
    "international": _l("International"),
    "chinese": _l("Chinese, with seals"),
}
#: How the invoices of a statement reach the customer.
INVOICES = {
    "": _l("Not sent along"),
    "attached": _l("Attached as one PDF"),
    "link": _l("By a link"),
}
STATES = {
    "created": _l("Created"),
    "rendered": _l("Printed"),
    "released": _l("Released"),
    "sent": _l("Sent"),
    "superseded": _l("Superseded"),
}
#: What a look before a run is for, the gravest first; addons add their own.
CONCERNS = {
    "no_address": _l("no address"),
    "bad_address": _l("bad address"),
    "shared_address": _l("shared address"),
    "foreign_domain": _l("another's domain"),
    "unprintable": _l("can't be printed"),
    "disputed": _l("disputed"),
    "uninvoiced": _l("not invoiced"),
    "draft": _l("not posted"),
    "odd_balance": _l("odd balance"),
    "credit_balance": _l("owed by us"),
    "unapplied": _l("not applied"),
}
#: What customers said of their statements, and what became of what they dispute.
ANSWERS = {
    "asked": _l("Not answered"),
    "confirmed": _l("Confirmed"),
    "disputed": _l("Disputed"),
    "settled": _l("Settled"),
}
DISPUTES = {"open": _l("Open"), "settled": _l("Settled")}
RUN_STATES = {"created": _l("Created"), "released": _l("Released"), "sent": _l("Sent")}


def cycle_name(code: str) -> str:
    """A cycle with its days in words: “Weekly, up to Friday”, “Monthly, up to day 25”."""
    cycle = cycle_of(code)
    name = str(CYCLES[cycle.kind])
    if cycle.days == USUAL[cycle.kind]:
        return name
    if cycle.kind in ("weekly", "biweekly"):
        day = get_day_names(locale=get_locale())[cycle.days[0] - 1]
        return _("%(cycle)s, up to %(day)s", cycle=name, day=day)
    days = ", ".join(map(str, cycle.days))
    return _("%(cycle)s, up to day %(day)s", cycle=name, day=days)
