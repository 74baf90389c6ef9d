"""What customers say against what they were given."""

from collections.abc import Iterable
from typing import Any

from addons.substitutes.services.errors import SubstituteError
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

WRITE = "sales.write"


def complain(session: AnySession, choices: Iterable[Any], complaint: str) -> None:
    """Keep a complaint with what was taken; raises SubstituteError."""
    acts.require(session, WRITE)
    rows = acts.locked(session, m.SubstituteChoice, choices)
    SubstituteError.refuse(
        {
            row.id: _("The customer did not take it: there is nothing to complain of.")
            for row in rows
            if row.outcome != "accepted"
        }
    )
    if not complaint.strip():
        raise SubstituteError(_("Say what the customer complains of."))
    for row in rows:
        session.get_one(m.SubstituteChoice, row.id).complaint = complaint.strip()
    session.flush()
    record(session, "complain", "substitute.choice", [row.id for row in rows])
