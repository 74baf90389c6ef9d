"""Let cycles end on days of their own"""

import sqlalchemy as sa
from alembic import op

revision = "billing_statements_0007"
down_revision = "billing_statements_0006"

NAMES = "('weekly', 'biweekly', 'ten_day', 'half_monthly', 'monthly', 'quarterly', 'days'"
BEFORE = "('monthly', 'half_monthly', 'weekly'"
PARTNER, RUN = "ck_partner_statement_cycle_known", "ck_billing_run_cycle_known"


def upgrade() -> None:
    op.add_column("partner", sa.Column("statement_days", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_partner_statement_days_known"),
        "partner",
        "statement_days ~ '^([0-9]{1,2}(,[0-9]{1,2})*)?$'",
    )
    _allow("partner", PARTNER, f"statement_cycle IN {NAMES}, 'none')")
    _allow("billing_run", RUN, f"split_part(cycle, ':', 1) IN {NAMES})")


def downgrade() -> None:
    op.execute(
        "UPDATE partner SET statement_cycle = 'monthly' WHERE statement_cycle NOT IN " + BEFORE + ", 'none')"
    )
    _allow("partner", PARTNER, f"statement_cycle IN {BEFORE}, 'none')")
    _allow("billing_run", RUN, f"cycle IN {BEFORE})")
    op.drop_constraint(op.f("ck_partner_statement_days_known"), "partner", type_="check")
    op.drop_column("partner", "statement_days")


def _allow(table: str, name: str, rule: str) -> None:
    op.drop_constraint(op.f(name), table, type_="check")
    op.create_check_constraint(op.f(name), table, rule)
