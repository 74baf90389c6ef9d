"""Which record a column names, where keys of several columns go through it."""

import pytest
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, MetaData, Table

from core.screens.fields import reference_of


@pytest.fixture
def columns():
    metadata = MetaData()
    Table("owner", metadata, Column("id", Integer, primary_key=True))
    Table("item", metadata, Column("id", Integer, primary_key=True), Column("owner_id", Integer))
    table = Table(
        "link",
        metadata,
        Column("item_id", Integer),
        Column("owner_id", Integer, ForeignKey("owner.id")),
        Column("code", Integer),
        ForeignKeyConstraint(["item_id", "owner_id"], ["item.id", "item.owner_id"]),
        ForeignKeyConstraint(["item_id", "code"], ["item.id", "item.owner_id"]),
    )
    return table.c


def test_a_column_names_the_record_of_its_own_key(columns):
    named = {c.name: key.column.table.name if (key := reference_of(c)) else None for c in columns}
    assert named == {"item_id": "item", "owner_id": "owner", "code": None}
