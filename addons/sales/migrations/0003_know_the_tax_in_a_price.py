"""Know the tax in a price

A line keeps how much of quantity × unit price is tax, where its tax is included; nothing of what there is.
"""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "sales_0003"
down_revision = "sales_0002"

LINE = "sales_order_line"


def upgrade() -> None:
    op.add_column(LINE, sa.Column("tax_within", core.db.types.Money(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column(LINE, "tax_within")
