"""What people call cycles, and states of runs and statements: forms, lists and pages take it from here."""

from core.i18n import _l

CYCLES = {
    "monthly": _l("Monthly"),
    "half_monthly": _l("Half-monthly"),
    "weekly": _l("Weekly"),
    "none": _l("No statements"),
}
STATES = {
    "created": _l("Created"),
    "rendered": _l("Printed"),
    "released": _l("Released"),
    "sent": _l("Sent"),
    "superseded": _l("Superseded"),
}
RUN_STATES = {"created": _l("Created"), "released": _l("Released"), "sent": _l("Sent")}
