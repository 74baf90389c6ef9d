"""Say whether discounts for paying early lower the tax"""

import sqlalchemy as sa
from alembic import op

revision = "accounting_0026"
down_revision = "accounting_0025"


def upgrade() -> None:
    op.add_column("company", sa.Column("early_tax", sa.Boolean(), server_default="true", nullable=False))


def downgrade() -> None:
    op.drop_column("company", "early_tax")
