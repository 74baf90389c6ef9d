"""Say how companies are paid, in which language they write, and who is shown which menu"""

import sqlalchemy as sa
from alembic import op

revision = "core_0013"
down_revision = "core_0012"


def upgrade() -> None:
    op.add_column("company", sa.Column("locale", sa.Text(), server_default="", nullable=False))
    op.add_column("menu", sa.Column("permission", sa.Text(), server_default="", nullable=False))
    op.add_column("company", sa.Column("payment_details", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("menu", "permission")
    op.drop_column("company", "payment_details")
    op.drop_column("company", "locale")
