"""What states and texts are called."""

from core.i18n import _l

RUN_STATES = {"open": _l("Open"), "released": _l("Released"), "cancelled": _l("Cancelled")}
LETTER_STATES = {
    "proposed": _l("Proposed"),
    "released": _l("Released"),
    "sent": _l("Sent"),
    "withdrawn": _l("Withdrawn"),
}
LETTERS = {"reminder": _l("Payment reminder"), "second": _l("Second reminder"), "final": _l("Final demand")}
