"""Choose the layout of statements and what goes along with them, per customer"""

import sqlalchemy as sa
from alembic import op

revision = "billing_statements_0012"
down_revision = "billing_statements_0011"

CHOICES = {
    "statement_layout": ("", "international", "chinese"),
    "statement_invoices": ("", "attached", "link"),
}


def upgrade() -> None:
    for name, choices in CHOICES.items():
        op.add_column("partner", sa.Column(name, sa.Text(), server_default="", nullable=False))
        op.create_check_constraint(op.f(f"ck_partner_{name}_known"), "partner", f"{name} IN {choices}")
    op.add_column(
        "partner", sa.Column("statement_workbook", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("partner", "statement_workbook")
    for name in CHOICES:
        op.drop_column("partner", name)
