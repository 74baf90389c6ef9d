"""Count the attempts of planning a job"""

import sqlalchemy as sa
from alembic import op

revision = "core_0014"
down_revision = "core_0012"


def upgrade() -> None:
    op.add_column("job", sa.Column("planning_attempts", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("job", "planning_attempts")
