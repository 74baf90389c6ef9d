"""Let a second person release"""

import sqlalchemy as sa
from alembic import op

revision = "billing_statements_0009"
down_revision = "billing_statements_0008"


def upgrade() -> None:
    op.add_column("billing_run", sa.Column("user_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_billing_run_user_id"), "billing_run", "user", ["user_id"], ["id"], ondelete="SET NULL"
    )
    op.add_column(
        "company", sa.Column("second_release", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("company", "second_release")
    op.drop_constraint(op.f("fk_billing_run_user_id"), "billing_run", type_="foreignkey")
    op.drop_column("billing_run", "user_id")
