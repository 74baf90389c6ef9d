"""What people call the states of mail; every page that shows one takes it from here."""

from core.i18n import _l

#: What has become of a message.
STATES = {
    "queued": _l("Waiting"),
    "sending": _l("Being sent"),
    "sent": _l("Sent"),
    "failed": _l("Failed"),
    "unsure": _l("Unsure"),
    "cancelled": _l("Cancelled"),
    "returned": _l("Came back"),
}
#: What servers and robots answered.
RETURNS = {
    "bounced": _l("Not delivered"),
    "delayed": _l("Not delivered yet"),
    "away": _l("Out of office"),
}
#: What becomes of a mail that came back.
RETURN_STATES = {"open": _l("Open"), "settled": _l("Seen to"), "noted": _l("For information")}
#: What became of an attempt, or what a person decided.
OUTCOMES = {
    "sent": _l("Sent"),
    "delayed": _l("Refused for now"),
    "failed": _l("Refused for good"),
    "unsure": _l("No answer"),
    "retry": _l("Sent again by a person"),
    "cancel": _l("Cancelled by a person"),
    "again": _l("Sent once more, for a reason"),
    "arrived": _l("Found to have arrived"),
    "not arrived": _l("Found not to have arrived"),
    "bounced": _l("Returned as undeliverable"),
    "held": _l("Not delivered yet"),
    "away": _l("Answered by an out-of-office reply"),
}
