"""Keep the day of monthly actions"""

import sqlalchemy as sa
from alembic import op

revision = "core_0004"
down_revision = "core_0003"


def upgrade() -> None:
    op.add_column("scheduled_action", sa.Column("day", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("scheduled_action", "day")
