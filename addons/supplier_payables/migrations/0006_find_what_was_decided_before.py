"""Find what was decided before about such differences of a supplier"""

import sqlalchemy as sa
from alembic import op

revision = "supplier_payables_0006"
down_revision = "supplier_payables_0005"


def upgrade() -> None:
    op.create_index(
        "ix_payables_match_decided",
        "payables_match",
        ["partner_id", "kind", "causes", "decided_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'open' AND NOT exact"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_payables_match_decided",
        table_name="payables_match",
        postgresql_where=sa.text("state <> 'open' AND NOT exact"),
    )
