"""Keep the list that a customer brings with what was asked"""

import sqlalchemy as sa
from alembic import op

revision = "billing_statements_0013"
down_revision = "billing_statements_0012"


def upgrade() -> None:
    op.add_column("billing_answer", sa.Column("their_list_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_billing_answer_their_list_id"),
        "billing_answer",
        "attachment",
        ["their_list_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_column("billing_answer", "their_list_id")
