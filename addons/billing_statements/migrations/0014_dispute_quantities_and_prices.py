"""Keep which quantity and which price a customer finds right"""

import sqlalchemy as sa
from alembic import op

revision = "billing_statements_0014"
down_revision = "billing_statements_0013"


def upgrade() -> None:
    op.add_column("billing_dispute", sa.Column("quantity", sa.Numeric(18, 4), nullable=True))
    op.add_column("billing_dispute", sa.Column("unit_price", sa.Numeric(20, 6), nullable=True))


def downgrade() -> None:
    op.drop_column("billing_dispute", "unit_price")
    op.drop_column("billing_dispute", "quantity")
