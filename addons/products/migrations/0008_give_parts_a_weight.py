"""Give parts a weight"""

import sqlalchemy as sa
from alembic import op

revision = "products_0008"
down_revision = "products_0007"


def upgrade() -> None:
    op.add_column("product", sa.Column("weight", sa.Numeric(20, 6), nullable=True))
    op.create_check_constraint(op.f("ck_product_weight_positive"), "product", "weight > 0")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_product_weight_positive"), "product", type_="check")
    op.drop_column("product", "weight")
