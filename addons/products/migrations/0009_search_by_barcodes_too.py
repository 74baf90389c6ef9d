"""Search by barcodes too: a list whose search has one column without trigrams reads the whole table

Few parts have one: the index of what they are without punctuation holds these alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "products_0009"
down_revision = "products_0008"

BEFORE = ("code", "mpn", "description")
SINCE = ("code", "mpn", "barcode", "description")
KEY = "ix_product_barcode_key"


def upgrade() -> None:
    _search(SINCE)
    op.drop_index(KEY, table_name="product")
    filled = sa.text("barcode_key <> ''")
    op.create_index(KEY, "product", ["company_id", "barcode_key"], postgresql_where=filled)


def downgrade() -> None:
    op.drop_index(KEY, table_name="product")
    op.create_index(KEY, "product", ["company_id", "barcode_key"])
    _search(BEFORE)


def _search(columns: tuple[str, ...]) -> None:
    op.drop_index("ix_product_search", table_name="product")
    op.create_index(
        "ix_product_search",
        "product",
        list(columns),
        postgresql_using="gin",
        postgresql_ops=dict.fromkeys(columns, "gin_trgm_ops"),
    )
