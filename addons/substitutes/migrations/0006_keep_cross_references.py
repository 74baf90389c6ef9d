"""Keep cross-references and who is served first"""

import sqlalchemy as sa
from alembic import op

revision = "substitutes_0006"
down_revision = "substitutes_0005"


def upgrade() -> None:
    op.create_table(
        "substitute_reference",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), server_default="", nullable=False),
        sa.Column("substitute_number", sa.Text(), nullable=False),
        sa.Column("substitute_maker", sa.Text(), server_default="", nullable=False),
        sa.Column("both_ways", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("fit", sa.Text(), server_default="same_footprint", nullable=False),
        sa.Column("condition", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("substitute_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "fit IN ('drop_in', 'same_footprint', 'needs_change')",
            name=op.f("ck_substitute_reference_fit_known"),
        ),
        sa.CheckConstraint(
            "number <> '' AND substitute_number <> ''", name=op.f("ck_substitute_reference_named")
        ),
        sa.CheckConstraint(
            "length(condition) <= 1000", name=op.f("ck_substitute_reference_condition_length")
        ),
        sa.CheckConstraint("length(maker) <= 1000", name=op.f("ck_substitute_reference_maker_length")),
        sa.CheckConstraint("length(number) <= 1000", name=op.f("ck_substitute_reference_number_length")),
        sa.CheckConstraint("length(source) <= 1000", name=op.f("ck_substitute_reference_source_length")),
        sa.CheckConstraint(
            "length(substitute_maker) <= 1000", name=op.f("ck_substitute_reference_substitute_maker_length")
        ),
        sa.CheckConstraint(
            "length(substitute_number) <= 1000", name=op.f("ck_substitute_reference_substitute_number_length")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_substitute_reference_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_substitute_reference_product_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["product.id"],
            name=op.f("fk_substitute_reference_substitute_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute_reference")),
    )
    op.create_index(
        op.f("ix_substitute_reference_company_id"), "substitute_reference", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_substitute_reference_product_id"), "substitute_reference", ["product_id"], unique=False
    )
    op.create_index(
        op.f("ix_substitute_reference_substitute_id"), "substitute_reference", ["substitute_id"], unique=False
    )
    op.create_index(
        "uq_substitute_reference_numbers",
        "substitute_reference",
        ["company_id", "number", "maker", "substitute_number", "substitute_maker"],
        unique=True,
    )
    op.add_column("partner", sa.Column("supply_priority", sa.Integer(), server_default="5", nullable=False))
    op.create_check_constraint(
        op.f("ck_partner_supply_priority_in_range"), "partner", "supply_priority BETWEEN 1 AND 9"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_partner_supply_priority_in_range"), "partner", type_="check")
    op.drop_column("partner", "supply_priority")
    op.drop_index("uq_substitute_reference_numbers", table_name="substitute_reference")
    op.drop_index(op.f("ix_substitute_reference_substitute_id"), table_name="substitute_reference")
    op.drop_index(op.f("ix_substitute_reference_product_id"), table_name="substitute_reference")
    op.drop_index(op.f("ix_substitute_reference_company_id"), table_name="substitute_reference")
    op.drop_table("substitute_reference")
