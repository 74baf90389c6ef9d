"""Log a test's browser in without the form, as the form would have."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import m
from core.db import db
from core.security.sessions import TOKEN, open_session
from core.security.users import ensure_administrator


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


class Administrator:
    """A browser of an administrator, who gets pages and posts their forms."""

    def __init__(self, app: Flask, company: Any) -> None:
        ensure_administrator(db.session, "root@example.com", "a long enough password", company)
        db.session.commit()
        self.client = app.test_client()
        user = db.session.scalars(select(m.User).where(m.User.email == "root@example.com")).one()
        log_in(app, self.client, user.fs_uniquifier)

    def __call__(self, url: str, **typed: str) -> Any:
        """The page; with something typed, the answer to its form."""
        page = self.client.get(url)
        return self.client.post(url, data={**_carried(page.text), **typed}) if typed else page

    def press(self, url: str, button: str) -> Any:
        """The answer to a button of a form."""
        return self.client.post(f"{url}/do/{button}", data=_carried(self.client.get(url).text))


def _carried(page: str) -> dict[str, str]:
    """What a form sends along that nobody types: its token, and what it was loaded with."""
    return dict(re.findall(r'name="(csrf_token|_base)" value="([^"]*)"', page))
