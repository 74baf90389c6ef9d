"""Tally moves"""

import sqlalchemy as sa
from alembic import op

revision = "tally_0001"
down_revision = None


def upgrade() -> None:
    op.add_column("stock_move", sa.Column("tally_line", sa.BigInteger(), nullable=True))
    op.add_column(
        "stock_move", sa.Column("tally_delivered", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("stock_move", "tally_delivered")
    op.drop_column("stock_move", "tally_line")
