"""Number the papers of a statement, which are made anew when its prices have changed"""

import sqlalchemy as sa
from alembic import op

revision = "supplier_payables_0005"
down_revision = "supplier_payables_0004"


def upgrade() -> None:
    op.add_column(
        "payables_statement", sa.Column("revision", sa.Integer(), server_default="1", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("payables_statement", "revision")
