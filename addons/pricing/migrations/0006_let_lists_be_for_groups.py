"""Let lists be for groups"""

import sqlalchemy as sa
from alembic import op

revision = "pricing_0006"
down_revision = "pricing_0005"


def upgrade() -> None:
    op.add_column("pricing_price_list", sa.Column("partner_group_id", sa.BigInteger(), nullable=True))
    op.drop_index(
        op.f("uq_pricing_price_list_name"),
        table_name="pricing_price_list",
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "uq_pricing_price_list_name",
        "pricing_price_list",
        ["company_id", "side", "partner_id", "partner_group_id", "name"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        op.f("ix_pricing_price_list_partner_group_id"),
        "pricing_price_list",
        ["partner_group_id"],
        unique=False,
    )
    op.create_foreign_key(
        op.f("fk_pricing_price_list_partner_group_id"),
        "pricing_price_list",
        "partner_group",
        ["partner_group_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.create_check_constraint(
        op.f("ck_pricing_price_list_group_of_customers"),
        "pricing_price_list",
        "partner_group_id IS NULL OR (side = 'sale' AND partner_id IS NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_pricing_price_list_group_of_customers"), "pricing_price_list", type_="check")
    op.drop_constraint(
        op.f("fk_pricing_price_list_partner_group_id"), "pricing_price_list", type_="foreignkey"
    )
    op.drop_index(op.f("ix_pricing_price_list_partner_group_id"), table_name="pricing_price_list")
    op.drop_index(
        "uq_pricing_price_list_name", table_name="pricing_price_list", postgresql_nulls_not_distinct=True
    )
    op.create_index(
        op.f("uq_pricing_price_list_name"),
        "pricing_price_list",
        ["company_id", "side", "partner_id", "name"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.drop_column("pricing_price_list", "partner_group_id")
