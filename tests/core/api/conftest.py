"""Programs that call the API: each with a token, over an app with a company and users."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import m
from core.api.tokens import create_token
from core.db import db


class Program:
    """A caller with a token: every call has an application context of its own, as on a server."""

    def __init__(self, app: Flask, secret: str = "", locale: str = "en") -> None:
        self.app, self.client = app, app.test_client()
        self.headers = {
            "Accept-Language": locale,
            **({"Authorization": f"Bearer {secret}"} if secret else {}),
        }

    def call(self, method: str, url: str, **options: Any) -> Any:
        """Send one call below `/api/v1`."""
        headers = {**self.headers, **options.pop("headers", {})}
        path = url if url.startswith("/api") else f"/api/v1/{url}"
        with self.app.app_context():
            return self.client.open(path, method=method, headers=headers, **options)

    def get(self, url: str, **options: Any) -> Any:
        """Read."""
        return self.call("GET", url, **options)

    def post(self, url: str, body: Any = None, **options: Any) -> Any:
        """Create, or act."""
        return self.call("POST", url, **({"json": body} if body is not None else {}), **options)

    def patch(self, url: str, body: Any, etag: str = "*") -> Any:
        """Change what has this version."""
        return self.call("PATCH", url, json=body, headers={"If-Match": etag})

    def delete(self, url: str, etag: str = "*") -> Any:
        """Delete what has this version."""
        return self.call("DELETE", url, headers={"If-Match": etag})

    def act(self, url: str, action: str, etag: str = "*", **headers: str) -> Any:
        """Press a button."""
        return self.call("POST", f"{url}/actions/{action}", headers={"If-Match": etag, **headers})


@pytest.fixture
def user(app: Flask, company: Any) -> Callable[..., Any]:
    """`user("partners.read")` is a new user with a role of these permissions."""

    def made(*permissions: str) -> Any:
        number = len(db.session.scalars(select(m.User.id)).all())
        role = m.Role(name=f"test.{number}", permissions=list(permissions))
        person = m.User(
            email=f"user{number}@example.com",
            name=f"User {number}",
            fs_uniquifier=f"user{number}",
            company_id=company.id,
            companies=[company],
            roles=[role],
        )
        db.session.add(person)
        db.session.commit()
        return person

    return made


@pytest.fixture
def program(app: Flask, user: Callable[..., Any]) -> Callable[..., Program]:
    """`program("partners.read")` calls with a token of a user with these permissions."""

    def made(*permissions: str, scopes: tuple[str, ...] = ("*",), locale: str = "en") -> Program:
        token = create_token(db.session, user(*permissions), "Test program", scopes)
        db.session.commit()
        return Program(app, token.secret, locale)

    return made
