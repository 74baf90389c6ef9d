"""The one kind of error whose text is meant for a person."""

from collections.abc import Mapping
from typing import Self

#: Different reasons that one refusal of a set names.
NAMED = 20


class UserError(Exception):
    """A refusal that the user can act on; its text says what is wrong and what to do next.

    Services raise subclasses named after the case (`class CreditHoldError(UserError)`); screens show the
    text, the API answers 409 with it. Every other exception is a fault of ours.
    """

    #: Of a refused set: why, by the id of each record that is to blame.
    reasons: Mapping[int, str] = {}
    #: Where what it speaks of stands, and what the link says; empty where there is nothing to show.
    address: str = ""
    place: str = ""

    @classmethod
    def of(cls, reasons: Mapping[int, str]) -> Self:
        """The refusal of a set of records: its text says each reason once."""
        error = cls("\n".join(list(dict.fromkeys(reasons.values()))[:NAMED]))
        error.reasons = reasons
        return error

    @classmethod
    def refuse(cls, reasons: Mapping[int, str]) -> None:
        """Raise where there is a reason; return where there is none."""
        if reasons:
            raise cls.of(reasons)
