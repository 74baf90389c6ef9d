"""Show lines on statements"""

import sqlalchemy as sa
from alembic import op

revision = "billing_statements_0010"
down_revision = "billing_statements_0009"


def upgrade() -> None:
    op.add_column(
        "partner", sa.Column("statement_lines", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("partner", "statement_lines")
