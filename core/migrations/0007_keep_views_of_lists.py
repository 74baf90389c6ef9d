"""Keep views of lists, and let searches use trigrams"""

import sqlalchemy as sa
from alembic import op

revision = "core_0007"
down_revision = "core_0006"


def upgrade() -> None:
    # A trusted extension: the owner of the database may create it. Where the program logs in as somebody
    # else, an administrator creates it beforehand (docs/operators.md).
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "list_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("screen", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_list_view_named")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_list_view_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_list_view_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_view")),
        sa.UniqueConstraint(
            "company_id",
            "user_id",
            "screen",
            "name",
            name=op.f("uq_list_view_company_id_user_id_screen_name"),
        ),
    )
    op.create_index(op.f("ix_list_view_company_id"), "list_view", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_list_view_company_id_screen"), "list_view", ["company_id", "screen"], unique=False
    )
    op.create_table(
        "list_default_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("screen", sa.Text(), nullable=False),
        sa.Column("view_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_list_default_view_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_list_default_view_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["list_view.id"], name=op.f("fk_list_default_view_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_default_view")),
        sa.UniqueConstraint(
            "company_id", "screen", "user_id", name=op.f("uq_list_default_view_company_id_screen_user_id")
        ),
    )
    op.create_index(
        op.f("ix_list_default_view_company_id"), "list_default_view", ["company_id"], unique=False
    )
    op.create_index(op.f("ix_list_default_view_view_id"), "list_default_view", ["view_id"], unique=False)
    op.create_index(
        "uq_list_default_view_everyone",
        "list_default_view",
        ["company_id", "screen"],
        unique=True,
        postgresql_where="user_id IS NULL",
    )


def downgrade() -> None:
    op.drop_index(
        "uq_list_default_view_everyone", table_name="list_default_view", postgresql_where="user_id IS NULL"
    )
    op.drop_index(op.f("ix_list_default_view_view_id"), table_name="list_default_view")
    op.drop_index(op.f("ix_list_default_view_company_id"), table_name="list_default_view")
    op.drop_table("list_default_view")
    op.drop_index(op.f("ix_list_view_company_id_screen"), table_name="list_view")
    op.drop_index(op.f("ix_list_view_company_id"), table_name="list_view")
    op.drop_table("list_view")
