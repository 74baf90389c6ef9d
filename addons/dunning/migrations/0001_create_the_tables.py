"""Create the tables"""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "dunning_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "dunning_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", core.db.types.Line(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("fee", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("interest", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("letter", sa.Text(), server_default="reminder", nullable=False),
        sa.CheckConstraint(
            "letter IN ('reminder', 'second', 'final')", name=op.f("ck_dunning_step_letter_known")
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 999", name=op.f("ck_dunning_step_days_in_range")),
        sa.CheckConstraint("fee >= 0", name=op.f("ck_dunning_step_fee_not_negative")),
        sa.CheckConstraint("length(name) <= 1000", name=op.f("ck_dunning_step_name_length")),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_dunning_step_minimum_not_negative")),
        sa.CheckConstraint("position BETWEEN 1 AND 9", name=op.f("ck_dunning_step_position_in_range")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_dunning_step_company_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_step")),
        sa.UniqueConstraint("company_id", "position", name=op.f("uq_dunning_step_company_id_position")),
    )
    op.create_index(op.f("ix_dunning_step_company_id"), "dunning_step", ["company_id"], unique=False)
    op.create_table(
        "dunning_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL)", name=op.f("ck_dunning_run_released_at_once")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'released', 'cancelled')", name=op.f("ck_dunning_run_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_dunning_run_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_dunning_run_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_run")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_dunning_run_company_id_number")),
    )
    op.create_index(op.f("ix_dunning_run_company_id"), "dunning_run", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_dunning_run_company_id_date_id"), "dunning_run", ["company_id", "date", "id"], unique=False
    )
    op.create_index(
        "ix_dunning_run_search",
        "dunning_run",
        ["number"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.create_index(
        "uq_dunning_run_open",
        "dunning_run",
        ["company_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "dunning_letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="proposed", nullable=False),
        sa.Column("left_out", core.db.types.Line(), server_default="", nullable=False),
        sa.Column("by_hand", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("overdue", sa.Numeric(18, 2), nullable=False),
        sa.Column("credit", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("fee", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("interest", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("rate", sa.Numeric(7, 4), server_default="0", nullable=False),
        sa.Column("total", sa.Numeric(18, 2), nullable=False),
        sa.Column("subject", core.db.types.Line(), server_default="", nullable=False),
        sa.Column("body", core.db.types.Prose(), server_default="", nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_id", sa.BigInteger(), nullable=True),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (mail_id IS NOT NULL)", name=op.f("ck_dunning_letter_sent_by_mail")
        ),
        sa.CheckConstraint(
            "left_out = '' OR state IN ('proposed', 'withdrawn')",
            name=op.f("ck_dunning_letter_left_out_stays"),
        ),
        sa.CheckConstraint(
            "state = 'proposed' OR (number IS NOT NULL AND issued_at IS NOT NULL AND body <> '')",
            name=op.f("ck_dunning_letter_released_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'released', 'sent', 'withdrawn')",
            name=op.f("ck_dunning_letter_state_known"),
        ),
        sa.CheckConstraint("length(body) <= 20000", name=op.f("ck_dunning_letter_body_length")),
        sa.CheckConstraint("length(left_out) <= 1000", name=op.f("ck_dunning_letter_left_out_length")),
        sa.CheckConstraint("length(subject) <= 1000", name=op.f("ck_dunning_letter_subject_length")),
        sa.CheckConstraint(
            "total = overdue - credit + fee + interest", name=op.f("ck_dunning_letter_total_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_dunning_letter_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_dunning_letter_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["accounting_invoice.id"],
            name=op.f("fk_dunning_letter_invoice_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail_message.id"], name=op.f("fk_dunning_letter_mail_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_dunning_letter_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["dunning_run.id"], name=op.f("fk_dunning_letter_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["dunning_step.id"], name=op.f("fk_dunning_letter_step_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_letter")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_dunning_letter_company_id_number")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_dunning_letter_invoice_id")),
        sa.UniqueConstraint(
            "run_id",
            "partner_id",
            "currency_code",
            name=op.f("uq_dunning_letter_run_id_partner_id_currency_code"),
        ),
    )
    op.create_index(op.f("ix_dunning_letter_company_id"), "dunning_letter", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_dunning_letter_company_id_date_id"),
        "dunning_letter",
        ["company_id", "date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_dunning_letter_number_begins",
        "dunning_letter",
        ["company_id", sa.literal_column('lower(number COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        op.f("ix_dunning_letter_partner_id_date"), "dunning_letter", ["partner_id", "date"], unique=False
    )
    op.create_index(
        "ix_dunning_letter_search",
        "dunning_letter",
        ["number"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.create_table(
        "dunning_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("open_item_id", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", core.db.types.Line(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_dunning_hold_reason_given")),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_dunning_hold_reason_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_dunning_hold_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["open_item_id"],
            ["accounting_open_item.id"],
            name=op.f("fk_dunning_hold_open_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_dunning_hold_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_hold")),
    )
    op.create_index(op.f("ix_dunning_hold_company_id"), "dunning_hold", ["company_id"], unique=False)
    op.create_index(op.f("ix_dunning_hold_open_item_id"), "dunning_hold", ["open_item_id"], unique=False)
    op.create_index(
        op.f("ix_dunning_hold_partner_id_until"), "dunning_hold", ["partner_id", "until"], unique=False
    )
    op.create_table(
        "dunning_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("open_item_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("advances", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("interest", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("interest_from", sa.Date(), nullable=False),
        sa.Column("reason", core.db.types.Line(), server_default="", nullable=False),
        sa.Column("live", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "(letter_id IS NULL) = (reason <> '')", name=op.f("ck_dunning_line_left_out_for_a_reason")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_dunning_line_amount_positive")),
        sa.CheckConstraint("interest >= 0", name=op.f("ck_dunning_line_interest_not_negative")),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_dunning_line_reason_length")),
        sa.CheckConstraint(
            "letter_id IS NOT NULL OR NOT live", name=op.f("ck_dunning_line_live_is_on_a_letter")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_dunning_line_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_dunning_line_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["dunning_letter.id"], name=op.f("fk_dunning_line_letter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["open_item_id"],
            ["accounting_open_item.id"],
            name=op.f("fk_dunning_line_open_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_dunning_line_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["dunning_run.id"], name=op.f("fk_dunning_line_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_line")),
        sa.UniqueConstraint("run_id", "open_item_id", name=op.f("uq_dunning_line_run_id_open_item_id")),
    )
    op.create_index(op.f("ix_dunning_line_company_id"), "dunning_line", ["company_id"], unique=False)
    op.create_index(op.f("ix_dunning_line_letter_id"), "dunning_line", ["letter_id"], unique=False)
    op.create_index(op.f("ix_dunning_line_partner_id"), "dunning_line", ["partner_id"], unique=False)
    op.create_index(
        "uq_dunning_line_step",
        "dunning_line",
        ["open_item_id", "step"],
        unique=True,
        postgresql_where=sa.text("live AND advances"),
    )
    op.add_column("company", sa.Column("arrears_rate", sa.Numeric(7, 4), server_default="0", nullable=False))
    op.add_column("partner", sa.Column("arrears_rate", sa.Numeric(7, 4), nullable=True))
    op.create_check_constraint(
        op.f("ck_company_arrears_rate_is_percent"), "company", "arrears_rate >= 0 AND arrears_rate < 100"
    )
    op.create_check_constraint(
        op.f("ck_partner_arrears_rate_is_percent"), "partner", "arrears_rate >= 0 AND arrears_rate < 100"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_partner_arrears_rate_is_percent"), "partner", type_="check")
    op.drop_constraint(op.f("ck_company_arrears_rate_is_percent"), "company", type_="check")
    op.drop_column("partner", "arrears_rate")
    op.drop_column("company", "arrears_rate")
    op.drop_index(
        "uq_dunning_line_step", table_name="dunning_line", postgresql_where=sa.text("live AND advances")
    )
    op.drop_index(op.f("ix_dunning_line_partner_id"), table_name="dunning_line")
    op.drop_index(op.f("ix_dunning_line_letter_id"), table_name="dunning_line")
    op.drop_index(op.f("ix_dunning_line_company_id"), table_name="dunning_line")
    op.drop_table("dunning_line")
    op.drop_index(op.f("ix_dunning_hold_partner_id_until"), table_name="dunning_hold")
    op.drop_index(op.f("ix_dunning_hold_open_item_id"), table_name="dunning_hold")
    op.drop_index(op.f("ix_dunning_hold_company_id"), table_name="dunning_hold")
    op.drop_table("dunning_hold")
    op.drop_index(
        "ix_dunning_letter_search",
        table_name="dunning_letter",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_dunning_letter_partner_id_date"), table_name="dunning_letter")
    op.drop_index("ix_dunning_letter_number_begins", table_name="dunning_letter")
    op.drop_index(op.f("ix_dunning_letter_company_id_date_id"), table_name="dunning_letter")
    op.drop_index(op.f("ix_dunning_letter_company_id"), table_name="dunning_letter")
    op.drop_table("dunning_letter")
    op.drop_index("uq_dunning_run_open", table_name="dunning_run", postgresql_where=sa.text("state = 'open'"))
    op.drop_index(
        "ix_dunning_run_search",
        table_name="dunning_run",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_dunning_run_company_id_date_id"), table_name="dunning_run")
    op.drop_index(op.f("ix_dunning_run_company_id"), table_name="dunning_run")
    op.drop_table("dunning_run")
    op.drop_index(op.f("ix_dunning_step_company_id"), table_name="dunning_step")
    op.drop_table("dunning_step")
