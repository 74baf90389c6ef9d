"""Keep the values of parts"""

import sqlalchemy as sa
from alembic import op

revision = "substitutes_0003"
down_revision = "substitutes_0002"


def upgrade() -> None:
    op.create_table(
        "substitute_trait",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Numeric(precision=30, scale=15), server_default="-1", nullable=False),
        sa.Column("package", sa.Text(), server_default="", nullable=False),
        sa.Column("variety", sa.Text(), server_default="", nullable=False),
        sa.Column("tolerance", sa.Numeric(precision=30, scale=15), nullable=True),
        sa.Column("voltage", sa.Numeric(precision=30, scale=15), nullable=True),
        sa.Column("power", sa.Numeric(precision=30, scale=15), nullable=True),
        sa.Column("current", sa.Numeric(precision=30, scale=15), nullable=True),
        sa.Column("load", sa.Numeric(precision=30, scale=15), nullable=True),
        sa.Column("pitch", sa.Numeric(precision=30, scale=15), nullable=True),
        sa.Column("dielectric", sa.Text(), server_default="", nullable=False),
        sa.Column("coldest", sa.Numeric(precision=30, scale=15), nullable=True),
        sa.Column("hottest", sa.Numeric(precision=30, scale=15), nullable=True),
        sa.Column("drift", sa.Numeric(precision=30, scale=15), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_substitute_trait_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_substitute_trait_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute_trait")),
        sa.UniqueConstraint("product_id", name=op.f("uq_substitute_trait_product_id")),
    )
    op.create_index(op.f("ix_substitute_trait_company_id"), "substitute_trait", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_substitute_trait_company_id_kind_value_package"),
        "substitute_trait",
        ["company_id", "kind", "value", "package"],
        unique=False,
    )
    op.create_index(
        "ix_substitute_trait_unread",
        "substitute_trait",
        ["product_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_substitute_trait_unread",
        table_name="substitute_trait",
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index(op.f("ix_substitute_trait_company_id_kind_value_package"), table_name="substitute_trait")
    op.drop_index(op.f("ix_substitute_trait_company_id"), table_name="substitute_trait")
    op.drop_table("substitute_trait")
