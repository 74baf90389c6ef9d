"""Add the cost of products"""

import sqlalchemy as sa
from alembic import op

revision = "products_0003"
down_revision = "products_0002"


def upgrade() -> None:
    op.add_column("product", sa.Column("cost", sa.Numeric(20, 6), nullable=True))
    op.create_check_constraint(op.f("ck_product_cost_not_negative"), "product", "cost >= 0")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_product_cost_not_negative"), "product", type_="check")
    op.drop_column("product", "cost")
