"""Messages without a database."""

from collections.abc import Iterator

import pytest

from core.app import create_app
from core.loader.discovery import discover
from core.loader.graph import resolve


@pytest.fixture(scope="module")
def speaking() -> Iterator[None]:
    """What is wrong can be said in a language; that needs an app, but no database."""
    with create_app(resolve((), discover())).app_context():
        yield
