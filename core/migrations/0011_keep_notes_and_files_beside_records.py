"""Keep notes and files beside records"""

import sqlalchemy as sa
from alembic import op

revision = "core_0011"
down_revision = "core_0010"


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("body <> ''", name=op.f("ck_note_not_empty")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_note_company_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_company_id"), "note", ["company_id"], unique=False)
    op.create_index(op.f("ix_note_model_record_id_at"), "note", ["model", "record_id", "at"], unique=False)
    op.execute("""
        CREATE TRIGGER note_is_append_only BEFORE UPDATE OR DELETE ON note
        FOR EACH ROW EXECUTE FUNCTION refuse_change('notes are only ever added')
    """)
    op.add_column("attachment", sa.Column("user_id", sa.BigInteger(), nullable=True))
    op.add_column("attachment", sa.Column("user_name", sa.Text(), server_default="", nullable=False))
    op.add_column("attachment", sa.Column("document", sa.Text(), server_default="", nullable=False))
    op.add_column("attachment", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_attachment_user_id"), "attachment", "user", ["user_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "uq_attachment_document",
        "attachment",
        ["model", "record_id", "document"],
        unique=True,
        postgresql_where="document <> ''",
    )


def downgrade() -> None:
    op.drop_index("uq_attachment_document", table_name="attachment", postgresql_where="document <> ''")
    op.drop_constraint(op.f("fk_attachment_user_id"), "attachment", type_="foreignkey")
    for column in ("removed_at", "document", "user_name", "user_id"):
        op.drop_column("attachment", column)
    op.drop_table("note")
