"""Note calls"""

import sqlalchemy as sa
from alembic import op

revision = "notary_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notary_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notary_call")),
    )
    op.add_column("accounting_invoice", sa.Column("witness", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("accounting_invoice", "witness")
    op.drop_table("notary_call")
