"""Lock moves"""

import sqlalchemy as sa
from alembic import op

revision = "padlock_0001"
down_revision = None


def upgrade() -> None:
    op.add_column("stock_move", sa.Column("padlock", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("stock_move", "padlock")
