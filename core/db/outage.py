"""Whether an error means that the database is away, and not that it refuses what was asked of it."""

from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError
from sqlalchemy.orm import scoped_session


def is_away(error: BaseException | None) -> bool:
    """True where the connection broke or none could be made; then nothing was refused, and waiting helps."""
    if isinstance(error, PendingRollbackError):
        return True  # the connection broke before, and whoever noticed went on
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    # Without a state the answer came from the client's library: nobody else was there to give one.
    nobody = isinstance(error, OperationalError) and state is None
    return error.connection_invalidated or nobody or str(state).startswith(("08", "57P"))


def roll_back(session: scoped_session[Any], error: BaseException | None) -> None:
    """Undo what the session has done; where the database is away that is done, and only asking would fail."""
    if is_away(error):
        session().invalidate()
    else:
        session.rollback()
