"""Remember what files say bills come to"""

import sqlalchemy as sa
from alembic import op

revision = "accounting_0018"
down_revision = "accounting_0017"


def upgrade() -> None:
    op.add_column("accounting_bill", sa.Column("filed_total", sa.Numeric(18, 2), nullable=True))


def downgrade() -> None:
    op.drop_column("accounting_bill", "filed_total")
