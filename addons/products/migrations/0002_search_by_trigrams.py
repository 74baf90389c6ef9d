"""Search by trigrams"""

from alembic import op

revision = "products_0002"
down_revision = "products_0001"


def upgrade() -> None:
    op.create_index(
        "ix_product_search",
        "product",
        ["code", "mpn", "description"],
        postgresql_using="gin",
        postgresql_ops={"code": "gin_trgm_ops", "mpn": "gin_trgm_ops", "description": "gin_trgm_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_product_search", table_name="product")
