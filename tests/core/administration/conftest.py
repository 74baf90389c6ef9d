"""The shelf and its visitors: the administration needs no addon of the product."""

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from tests.core.screens.conftest import fresh, shelf, visit  # noqa: F401  # fixtures of these tests too


@pytest.fixture
def addons() -> tuple[str, ...]:
    """Those that the shelf needs."""
    return ("shelf", "shelf_label")


@pytest.fixture
def company(shelf):  # noqa: F811  # the one that the visitors work in
    return db.session.scalars(select(m.User).where(m.User.fs_uniquifier == "admin")).one().companies[0]
