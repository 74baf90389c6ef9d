from collections.abc import Iterator

import pytest
from flask import Flask

from core.app import create_app
from core.db.currencies import known_decimals
from core.loader.discovery import discover
from core.loader.graph import resolve
from tests.conftest import TEST_ADDONS


def specimen_app(*addons: str) -> Flask:
    app = create_app(resolve(addons, discover(str(TEST_ADDONS))))
    with app.app_context():  # no database with currencies is behind it
        known_decimals().update(USD=2, CNY=2, EUR=2)
    return app


@pytest.fixture(scope="session")
def _specimen() -> Flask:
    return specimen_app("specimen_points")


@pytest.fixture
def specimen(_specimen: Flask) -> Iterator[Flask]:
    """An app with the specimen statement and an addon that adds to it."""
    with _specimen.app_context():
        yield _specimen
