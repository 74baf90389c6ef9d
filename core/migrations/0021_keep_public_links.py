"""Keep public links

An answer is evidence: it never changes, and neither does what it was given to.
"""

import sqlalchemy as sa
from alembic import op

revision = "core_0021"
down_revision = "core_0020"

KEPT = (
    "purpose",
    "model",
    "record_id",
    "answer",
    "answered_at",
    "answered_by",
    "note",
    "answered_from",
    "agent",
    "shown",
)


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_from", sa.Text(), server_default="", nullable=False),
        sa.Column("agent", sa.Text(), server_default="", nullable=False),
        sa.Column("shown", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name=op.f("ck_link_answered_at_once")),
        sa.CheckConstraint("length(answered_by) <= 1000", name=op.f("ck_link_answered_by_length")),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_link_note_length")),
        sa.CheckConstraint("length(shown) <= 20000", name=op.f("ck_link_shown_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_link_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_link_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
    )
    op.create_index(op.f("ix_link_company_id"), "link", ["company_id"], unique=False)
    op.create_index(op.f("ix_link_model_record_id"), "link", ["model", "record_id"], unique=False)
    # What is opened again after the answer is counted all the same.
    kept = ", ".join(f"OLD.{name}" for name in KEPT), ", ".join(f"NEW.{name}" for name in KEPT)
    op.execute(f"""
        CREATE TRIGGER link_answer_is_kept BEFORE UPDATE ON link FOR EACH ROW
        WHEN (OLD.answered_at IS NOT NULL AND ({kept[0]}) IS DISTINCT FROM ({kept[1]}))
        EXECUTE FUNCTION refuse_change('the answer to a link never changes')
    """)


def downgrade() -> None:
    op.drop_index(op.f("ix_link_model_record_id"), table_name="link")
    op.drop_index(op.f("ix_link_company_id"), table_name="link")
    op.drop_table("link")
