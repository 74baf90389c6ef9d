"""Let choices find what begins so, lists leaf and boards count by indexes"""

from alembic import op
from sqlalchemy import text

revision = "products_0004"
down_revision = "products_0003"

BEGINNINGS = (("product", "code"), ("product", "mpn"))


def upgrade() -> None:
    op.create_index("ix_product_company_id_code_id", "product", ["company_id", "code", "id"])
    op.create_index(
        "ix_product_active", "product", ["company_id", "maker_id", "kind"], postgresql_where=text("active")
    )
    for table, column in BEGINNINGS:
        begins = text(f'lower({column} COLLATE "C")')
        op.create_index(f"ix_{table}_{column}_begins", table, ["company_id", begins])
        # An index on an expression is worth nothing before; an empty table that was analysed is planned for as empty.
        op.execute(f"DO $$ BEGIN IF EXISTS (SELECT FROM {table}) THEN ANALYZE {table}; END IF; END $$")


def downgrade() -> None:
    op.drop_index("ix_product_active", table_name="product")
    op.drop_index("ix_product_company_id_code_id", table_name="product")
    for table, column in BEGINNINGS:
        op.drop_index(f"ix_{table}_{column}_begins", table_name=table)
