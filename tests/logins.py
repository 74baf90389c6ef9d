"""Log a test's browser in without the form, as the form would have."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import m
from core.db import db
from core.security.sessions import TOKEN, open_session


def log_in(app: Flask, client: FlaskClient, uniquifier: str) -> None:
    """Let the client be a browser in which this user (`fs_uniquifier`) has logged in just now."""
    with app.app_context():
        # A session of its own: what the test itself has not committed stays so.
        with Session(db.engine) as database:
            user = database.scalars(select(m.User).where(m.User.fs_uniquifier == uniquifier)).one()
            token = open_session(database, user)
            database.commit()
        with client.session_transaction() as session:
            session.update({"_user_id": uniquifier, "_fresh": True, TOKEN: token})
