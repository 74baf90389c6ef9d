"""What a record does to itself before it is written.

A fragment may define `_before_write(self)`: it sets what follows from the other columns, such as the net
amount of a line. Extensions override it like any method. Bulk statements pass it by.
"""

from typing import Any

from sqlalchemy.orm import Session


def prepare_writes(session: Session, _context: Any, _instances: Any) -> None:
    """Before a flush: let each new or changed record set what follows."""
    with session.no_autoflush:
        for record in (*session.new, *session.dirty):
            prepare = getattr(record, "_before_write", None)
            if prepare is not None:
                prepare()
