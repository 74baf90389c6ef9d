"""Say how companies are paid, and in which language they write"""

import sqlalchemy as sa
from alembic import op

revision = "core_0013"
down_revision = "core_0012"


def upgrade() -> None:
    op.add_column("company", sa.Column("locale", sa.Text(), server_default="", nullable=False))
    op.add_column("company", sa.Column("payment_details", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("company", "payment_details")
    op.drop_column("company", "locale")
