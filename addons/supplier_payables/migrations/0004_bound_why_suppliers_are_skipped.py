"""Bound the reason of a skip as other texts that the program says and keeps"""

from alembic import op

revision = "supplier_payables_0004"
down_revision = "supplier_payables_0003"


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_payables_run_skip_reason_length"), "payables_run_skip", "length(reason) <= 1000"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_payables_run_skip_reason_length"), "payables_run_skip", type_="check")
