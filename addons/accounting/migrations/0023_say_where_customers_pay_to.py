"""Say where customers pay to"""

import sqlalchemy as sa
from alembic import op

revision = "accounting_0023"
down_revision = "accounting_0022"


def upgrade() -> None:
    for name in ("iban", "bic"):
        op.add_column("company", sa.Column(name, sa.Text(), server_default="", nullable=False))
        op.create_check_constraint(op.f(f"ck_company_{name}_length"), "company", f"length({name}) <= 1000")


def downgrade() -> None:
    for name in ("bic", "iban"):
        op.drop_column("company", name)
