"""Visitors who import."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from core import m
from core.db import db
from core.security.actor import SYSTEM, set_actor
from core.security.users import ensure_user
from tests.core.screens.conftest import Visitor
from tests.core.tabular.conftest import speaking
from tests.logins import log_in

__all__ = ["speaking", "visit"]

ROLES = {
    "importer": ["core.read", "core.import", "crate.write"],
    "reader": ["core.read", "core.import"],
    "packer": ["core.read", "crate.write"],
}


@pytest.fixture
def visit(app: Flask) -> Callable[..., Visitor]:
    """`visit("importer")` is a browser in which someone with this role has logged in."""
    company = db.session.scalars(select(m.Company)).one()
    for name, permissions in ROLES.items():
        db.session.add(m.Role(name=f"tests.{name}", permissions=permissions))
        db.session.flush()
        ensure_user(
            db.session,
            f"{name}@test.example",
            "a long password",
            company,
            name=name,
            roles=(f"tests.{name}",),
        )
    db.session.commit()
    set_actor(db.session, SYSTEM)

    def opened(role: str, locale: str = "en") -> Visitor:
        client = app.test_client()
        client.set_cookie("locale", locale)
        key = db.session.scalar(select(m.User.fs_uniquifier).where(m.User.email == f"{role}@test.example"))
        log_in(app, client, key)
        return Visitor(app, client)

    return opened
