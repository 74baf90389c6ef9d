"""Check the cycle of partners"""

from alembic import op

revision = "billing_statements_0003"
down_revision = "billing_statements_0002"


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_partner_statement_cycle_known"),
        "partner",
        "statement_cycle IN ('monthly', 'half_monthly', 'weekly', 'none')",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_partner_statement_cycle_known"), "partner", type_="check")
