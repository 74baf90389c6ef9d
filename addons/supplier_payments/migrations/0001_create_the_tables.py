"""Create the tables"""

import sqlalchemy as sa
from alembic import op

revision = "supplier_payments_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "payment_bank_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("bic", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("iban <> ''", name=op.f("ck_payment_bank_account_has_a_number")),
        sa.CheckConstraint(
            "confirmed_by_id <> entered_by_id",
            name=op.f("ck_payment_bank_account_confirmed_by_somebody_else"),
        ),
        sa.CheckConstraint("length(bic) <= 1000", name=op.f("ck_payment_bank_account_bic_length")),
        sa.CheckConstraint("length(holder) <= 1000", name=op.f("ck_payment_bank_account_holder_length")),
        sa.CheckConstraint("length(iban) <= 1000", name=op.f("ck_payment_bank_account_iban_length")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_payment_bank_account_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["user.id"],
            name=op.f("fk_payment_bank_account_confirmed_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"],
            ["user.id"],
            name=op.f("fk_payment_bank_account_entered_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_payment_bank_account_partner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_bank_account")),
    )
    op.create_index(
        op.f("ix_payment_bank_account_company_id"), "payment_bank_account", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_payment_bank_account_company_id_iban_partner_id"),
        "payment_bank_account",
        ["company_id", "iban", "partner_id"],
        unique=True,
    )
    op.create_index(
        op.f("ix_payment_bank_account_partner_id"), "payment_bank_account", ["partner_id"], unique=False
    )
    op.create_table(
        "payment_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("next_date", sa.Date(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("cash_limit", sa.Numeric(18, 2), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'paid', 'cancelled')", name=op.f("ck_payment_run_state_known")
        ),
        sa.CheckConstraint(
            "approved_by_id <> user_id", name=op.f("ck_payment_run_approved_by_somebody_else")
        ),
        sa.CheckConstraint("cash_limit > 0", name=op.f("ck_payment_run_limit_positive")),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_payment_run_note_length")),
        sa.CheckConstraint("next_date > date", name=op.f("ck_payment_run_next_is_later")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["payment_bank_account.id"],
            name=op.f("fk_payment_run_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["user.id"], name=op.f("fk_payment_run_approved_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_payment_run_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_payment_run_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_payment_run_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_run")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_payment_run_company_id_number")),
    )
    op.create_index(op.f("ix_payment_run_company_id"), "payment_run", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_payment_run_company_id_date_id"), "payment_run", ["company_id", "date", "id"], unique=False
    )
    op.create_index(
        "ix_payment_run_search",
        "payment_run",
        ["number", "note"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "note": "gin_trgm_ops"},
    )
    op.create_table(
        "payment_run_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("open_item_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("discount_until", sa.Date(), nullable=True),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("discount", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("waiting_cost", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("taken", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("hold", sa.Text(), server_default="", nullable=False),
        sa.Column("by_hand", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("taken = (hold = '')", name=op.f("ck_payment_run_line_held_for_a_reason")),
        sa.CheckConstraint(
            "discount BETWEEN 0 AND greatest(amount, 0)",
            name=op.f("ck_payment_run_line_discount_within_amount"),
        ),
        sa.CheckConstraint("length(hold) <= 1000", name=op.f("ck_payment_run_line_hold_length")),
        sa.CheckConstraint("length(reference) <= 1000", name=op.f("ck_payment_run_line_reference_length")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["payment_bank_account.id"],
            name=op.f("fk_payment_run_line_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_payment_run_line_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["open_item_id"],
            ["accounting_open_item.id"],
            name=op.f("fk_payment_run_line_open_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_payment_run_line_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["accounting_payment.id"],
            name=op.f("fk_payment_run_line_payment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["payment_run.id"], name=op.f("fk_payment_run_line_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_run_line")),
        sa.UniqueConstraint("run_id", "open_item_id", name=op.f("uq_payment_run_line_run_id_open_item_id")),
    )
    op.create_index(op.f("ix_payment_run_line_company_id"), "payment_run_line", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_payment_run_line_open_item_id"), "payment_run_line", ["open_item_id"], unique=False
    )
    op.create_index(op.f("ix_payment_run_line_partner_id"), "payment_run_line", ["partner_id"], unique=False)
    op.create_index(op.f("ix_payment_run_line_payment_id"), "payment_run_line", ["payment_id"], unique=False)
    op.add_column("partner", sa.Column("payment_priority", sa.Integer(), server_default="5", nullable=False))
    op.add_column("partner", sa.Column("payment_hold", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_partner_payment_hold_length"), "partner", "length(payment_hold) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_partner_payment_priority_in_range"), "partner", "payment_priority BETWEEN 1 AND 9"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_partner_payment_priority_in_range"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_payment_hold_length"), "partner", type_="check")
    op.drop_column("partner", "payment_hold")
    op.drop_column("partner", "payment_priority")
    op.drop_index(op.f("ix_payment_run_line_payment_id"), table_name="payment_run_line")
    op.drop_index(op.f("ix_payment_run_line_partner_id"), table_name="payment_run_line")
    op.drop_index(op.f("ix_payment_run_line_open_item_id"), table_name="payment_run_line")
    op.drop_index(op.f("ix_payment_run_line_company_id"), table_name="payment_run_line")
    op.drop_table("payment_run_line")
    op.drop_index(
        "ix_payment_run_search",
        table_name="payment_run",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "note": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_payment_run_company_id_date_id"), table_name="payment_run")
    op.drop_index(op.f("ix_payment_run_company_id"), table_name="payment_run")
    op.drop_table("payment_run")
    op.drop_index(op.f("ix_payment_bank_account_partner_id"), table_name="payment_bank_account")
    op.drop_index(
        op.f("ix_payment_bank_account_company_id_iban_partner_id"), table_name="payment_bank_account"
    )
    op.drop_index(op.f("ix_payment_bank_account_company_id"), table_name="payment_bank_account")
    op.drop_table("payment_bank_account")
