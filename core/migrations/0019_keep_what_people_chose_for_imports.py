"""Keep what people chose for imports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0019"
down_revision = "core_0018"


def upgrade() -> None:
    op.add_column("data_import", sa.Column("chosen", postgresql.JSONB(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("data_import", "chosen")
