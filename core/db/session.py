"""The session of the current app, on one engine a process and database.

An install rebuilds the Flask app; the engine and its pool outlive it, so that a rebuild opens no
second set of connections.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, scoped_session
from werkzeug.local import LocalProxy

#: A session, or the one of the current app.
AnySession = Session | scoped_session[Any]


@cache
def engine_for(url: str) -> Engine:
    """The process's engine for a database; `pool_pre_ping` rides over a restart of the server.

    Errors don't show parameters: they end in logs, and may be anybody's data.
    """
    # A server that is gone without a word is given up after seconds, not after TCP's quarter of an hour.
    patience = {"connect_timeout": 5, "keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3}
    pool = {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}
    return create_engine(url, connect_args=patience, hide_parameters=True, **pool)


class Database(SQLAlchemy):
    """Flask-SQLAlchemy on the shared engine."""

    if TYPE_CHECKING:
        # Services take SQLAlchemy's own session; Flask-SQLAlchemy names its subclass.
        session: scoped_session[Session]  # type: ignore[assignment]  # the type is invariant

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        return engine_for(app.config["SQLALCHEMY_DATABASE_URI"])


db: Database = cast(Database, LocalProxy(lambda: current_app.extensions["sqlalchemy"]))
