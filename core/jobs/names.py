"""What people call the states of jobs; every page that shows one takes it from here."""

from core.i18n import _l

STATES = {
    "queued": _l("Queued"),
    "running": _l("Running"),
    "paused": _l("Paused"),
    "done": _l("Done"),
    "failed": _l("Failed"),
    "cancelled": _l("Cancelled"),
}
