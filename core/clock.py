"""What day it is, by the company's clock."""

from datetime import date, datetime

from flask import current_app


def today() -> date:
    """The day by which documents are dated and periods end.

    It begins in the zone of `BINCARD_TIMEZONE`, wherever the server stands and whoever asks: a posting date
    must not depend on where a user happens to be.
    """
    return datetime.now(current_app.extensions["settings"].zone).date()
