"""Put partners into groups"""

import sqlalchemy as sa
from alembic import op

revision = "partners_0007"
down_revision = "partners_0006"


def upgrade() -> None:
    op.create_table(
        "partner_group",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_partner_group_named")),
        sa.CheckConstraint("length(name) <= 1000", name=op.f("ck_partner_group_name_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_partner_group_company_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_group")),
        sa.UniqueConstraint("company_id", "name", name=op.f("uq_partner_group_company_id_name")),
    )
    op.create_index(op.f("ix_partner_group_company_id"), "partner_group", ["company_id"], unique=False)
    op.add_column("partner", sa.Column("partner_group_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_partner_partner_group_id"), "partner", ["partner_group_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_partner_partner_group_id"),
        "partner",
        "partner_group",
        ["partner_group_id"],
        ["id"],
        ondelete="RESTRICT",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_partner_partner_group_id"), "partner", type_="foreignkey")
    op.drop_index(op.f("ix_partner_partner_group_id"), table_name="partner")
    op.drop_column("partner", "partner_group_id")
    op.drop_index(op.f("ix_partner_group_company_id"), table_name="partner_group")
    op.drop_table("partner_group")
