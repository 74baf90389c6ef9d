"""Count the attempts of planning a job"""

import sqlalchemy as sa
from alembic import op

revision = "core_0014"
down_revision = "core_0013"


def upgrade() -> None:
    op.add_column("job", sa.Column("planning_attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("job", sa.Column("planning_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("job", "planning_at")
    op.drop_column("job", "planning_attempts")
