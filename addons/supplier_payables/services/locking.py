"""Which received moves are agreed with their supplier and may not be repriced any more."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from core.db import AnySession
from core.sayings import say
from core.security import acts

_POSTED = text("""
    SELECT l.move_id, s.number FROM payables_line l JOIN payables_statement s ON s.id = l.statement_id
     WHERE l.move_id = ANY(:ids) AND NOT l.carried AND s.state = 'posted'
""")


def locked_because(session: AnySession, moves: Iterable[Any]) -> Mapping[int, str]:
    """Move → why, of those that are locked."""
    rows = session.execute(_POSTED, {"ids": acts.ids_of(session, moves)})
    return {move: say("on confirmed statement %(number)s", number=number) for move, number in rows}
