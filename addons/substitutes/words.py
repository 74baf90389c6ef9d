"""What the values of substitutes are called."""

from core.i18n import _l

FITS = {
    "drop_in": _l("Drop-in"),
    "same_footprint": _l("Same footprint"),
    "needs_change": _l("Needs a change"),
}
STATES = {
    "proposed": _l("Proposed"),
    "approved": _l("Approved"),
    "refused": _l("Refused"),
    "suggested": _l("Suggested"),
}
OUTCOMES = {"accepted": _l("Taken"), "refused": _l("No thanks"), "taken_back": _l("Taken back")}
POLICIES = {"free": _l("Takes what is approved"), "ask": _l("Is asked first"), "never": _l("Takes none")}
CONSENTS = {
    "asked": _l("Asked"),
    "agreed": _l("Agreed"),
    "refused": _l("Not agreed"),
    "withdrawn": _l("Withdrawn"),
}
SHARE_RULES = {
    "date": _l("By the day of the order"),
    "promise": _l("By the day that was promised"),
    "priority": _l("By the priority of the customer"),
    "pro_rata": _l("Pro rata"),
}
RULES = {"never": _l("Never"), "allowed": _l("Allowed"), "ask": _l("Ask first")}
