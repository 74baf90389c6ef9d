"""Create the tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "matching_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "matching_mapping",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("length(owner) <= 1000", name=op.f("ck_matching_mapping_owner_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_matching_mapping_company_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_mapping")),
        sa.UniqueConstraint("company_id", "owner", name=op.f("uq_matching_mapping_company_id_owner")),
    )
    op.create_index(op.f("ix_matching_mapping_company_id"), "matching_mapping", ["company_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_matching_mapping_company_id"), table_name="matching_mapping")
    op.drop_table("matching_mapping")
