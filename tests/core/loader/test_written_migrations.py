"""What is written into a migration: it stands as it is for good, so it names no type of ours."""

import inspect

import pytest
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from core.db import types
from core.loader import migrations

OWN = [
    kind
    for _name, kind in inspect.getmembers(types, inspect.isclass)
    if issubclass(kind, TypeEngine) and kind.__module__ == types.__name__
]


@pytest.mark.parametrize("kind", [*OWN, JSONB], ids=lambda kind: kind.__name__)
def test_types_are_written_as_those_of_the_database(kind):
    """Whatever they are called in the code by then: the migration imports nothing but what it names."""
    written = migrations._render_item("type", kind(), None)
    assert written, "it would be written by the name of our class, which no migration imports"
    assert written.startswith(("sa.", "postgresql."))
