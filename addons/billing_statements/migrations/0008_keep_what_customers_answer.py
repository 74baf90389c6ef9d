"""Keep what customers answer"""

import sqlalchemy as sa
from alembic import op

revision = "billing_statements_0008"
down_revision = "billing_statements_0007"


def upgrade() -> None:
    op.create_table(
        "billing_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(state = 'asked') = (answered_at IS NULL)", name=op.f("ck_billing_answer_answered_at_once")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'confirmed', 'disputed', 'settled')",
            name=op.f("ck_billing_answer_state_known"),
        ),
        sa.CheckConstraint("length(answered_by) <= 1000", name=op.f("ck_billing_answer_answered_by_length")),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_billing_answer_note_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_billing_answer_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name=op.f("fk_billing_answer_link_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["billing_statement.id"],
            name=op.f("fk_billing_answer_statement_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_answer")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_billing_answer_statement_id")),
    )
    op.create_index(op.f("ix_billing_answer_company_id"), "billing_answer", ["company_id"], unique=False)
    op.create_table(
        "billing_dispute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_line_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'settled') = (settled_at IS NOT NULL)", name=op.f("ck_billing_dispute_settled_at_once")
        ),
        sa.CheckConstraint("state IN ('open', 'settled')", name=op.f("ck_billing_dispute_state_known")),
        sa.CheckConstraint("length(outcome) <= 1000", name=op.f("ck_billing_dispute_outcome_length")),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_billing_dispute_reason_length")),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["billing_answer.id"],
            name=op.f("fk_billing_dispute_answer_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_billing_dispute_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_billing_dispute_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_billing_dispute_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["billing_statement.id"],
            name=op.f("fk_billing_dispute_statement_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["statement_line_id"],
            ["billing_statement_line.id"],
            name=op.f("fk_billing_dispute_statement_line_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_dispute")),
    )
    op.create_index(op.f("ix_billing_dispute_answer_id"), "billing_dispute", ["answer_id"], unique=False)
    op.create_index(op.f("ix_billing_dispute_company_id"), "billing_dispute", ["company_id"], unique=False)
    op.create_index(
        "ix_billing_dispute_open",
        "billing_dispute",
        ["partner_id"],
        unique=False,
        postgresql_where="state = 'open'",
    )
    op.create_index(
        op.f("ix_billing_dispute_statement_line_id"), "billing_dispute", ["statement_line_id"], unique=False
    )
    op.create_index(
        op.f("ix_billing_dispute_statement_id"), "billing_dispute", ["statement_id"], unique=False
    )
    op.add_column("company", sa.Column("answer_days", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_company_answer_days_in_range"), "company", "answer_days BETWEEN 1 AND 90"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_company_answer_days_in_range"), "company", type_="check")
    op.drop_column("company", "answer_days")
    op.drop_index(op.f("ix_billing_dispute_statement_id"), table_name="billing_dispute")
    op.drop_index(op.f("ix_billing_dispute_statement_line_id"), table_name="billing_dispute")
    op.drop_index("ix_billing_dispute_open", table_name="billing_dispute", postgresql_where="state = 'open'")
    op.drop_index(op.f("ix_billing_dispute_company_id"), table_name="billing_dispute")
    op.drop_index(op.f("ix_billing_dispute_answer_id"), table_name="billing_dispute")
    op.drop_table("billing_dispute")
    op.drop_index(op.f("ix_billing_answer_company_id"), table_name="billing_answer")
    op.drop_table("billing_answer")
