"""Keep what is left out of lists"""

import sqlalchemy as sa
from alembic import op

revision = "pricing_0005"
down_revision = "pricing_0004"


def upgrade() -> None:
    op.create_table(
        "pricing_list_fault",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("sheet", sa.Text(), server_default="", nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), server_default="", nullable=False),
        sa.Column("cell", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("length(cell) <= 1000", name=op.f("ck_pricing_list_fault_cell_length")),
        sa.CheckConstraint("length(heading) <= 1000", name=op.f("ck_pricing_list_fault_heading_length")),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_pricing_list_fault_reason_length")),
        sa.CheckConstraint("length(sheet) <= 1000", name=op.f("ck_pricing_list_fault_sheet_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_pricing_list_fault_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["pricing_price_list.id"],
            name=op.f("fk_pricing_list_fault_price_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_list_fault")),
    )
    op.create_index(
        op.f("ix_pricing_list_fault_company_id"), "pricing_list_fault", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_pricing_list_fault_price_list_id"), "pricing_list_fault", ["price_list_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_pricing_list_fault_price_list_id"), table_name="pricing_list_fault")
    op.drop_index(op.f("ix_pricing_list_fault_company_id"), table_name="pricing_list_fault")
    op.drop_table("pricing_list_fault")
