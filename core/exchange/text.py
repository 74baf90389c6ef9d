"""States and values of imports as people read them."""

from datetime import date
from decimal import Decimal
from typing import Any

from core.i18n import _, _l, format_date

STATES = {
    "uploaded": _l("Not started"),
    "checked": _l("Checked"),
    "running": _l("Running"),
    "done": _l("Imported"),
    "failed": _l("Failed"),
}
#: The look of a state, where it is not its own name.
_STYLES = {"uploaded": "pending", "checked": "ready"}


def state_text(state: str, job_state: str, bad: int = 0) -> tuple[str, str]:
    """A state in words and its style; one whose job has ended early has failed, one with bad rows in part."""
    if state == "running" and job_state in ("failed", "cancelled"):
        state = "failed"
    if state == "done" and bad:
        return str(_("Imported in part")), "unsure"
    return str(STATES[state]), _STYLES.get(state, state)


def value_text(value: Any) -> str:
    """A converted value, so that a slip shows: a number in full, a day with its month as a word."""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return format_date(value)
    return "" if value is None else str(value)
