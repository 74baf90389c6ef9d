"""Note what became of deleted rows of imports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0017"
down_revision = "core_0016"


def upgrade() -> None:
    op.add_column("data_import", sa.Column("rows_deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "data_import",
        sa.Column("outcomes", postgresql.JSONB(), server_default="{}", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("data_import", "outcomes")
    op.drop_column("data_import", "rows_deleted_at")
