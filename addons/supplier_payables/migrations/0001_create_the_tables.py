"""Create the tables"""

import sqlalchemy as sa
from alembic import op

revision = "supplier_payables_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "payables_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "cycle IN ('monthly', 'half_monthly', 'weekly')", name=op.f("ck_payables_run_cycle_known")
        ),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_payables_run_period_forward")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_payables_run_company_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payables_run")),
        sa.UniqueConstraint(
            "company_id", "cycle", "period_end", name=op.f("uq_payables_run_company_id_cycle_period_end")
        ),
    )
    op.create_index(op.f("ix_payables_run_company_id"), "payables_run", ["company_id"], unique=False)
    op.create_table(
        "payables_run_skip",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_payables_run_skip_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_payables_run_skip_partner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["payables_run.id"], name=op.f("fk_payables_run_skip_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payables_run_skip")),
        sa.UniqueConstraint("run_id", "partner_id", name=op.f("uq_payables_run_skip_run_id_partner_id")),
    )
    op.create_index(
        op.f("ix_payables_run_skip_company_id"), "payables_run_skip", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_payables_run_skip_partner_id"), "payables_run_skip", ["partner_id"], unique=False
    )
    op.create_table(
        "payables_statement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("list_name", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("their_total", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("bill_id", sa.BigInteger(), nullable=True),
        sa.Column("credit_note_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'posted')", name=op.f("ck_payables_statement_state_known")),
        sa.CheckConstraint("length(list_name) <= 1000", name=op.f("ck_payables_statement_list_name_length")),
        sa.CheckConstraint("length(reference) <= 1000", name=op.f("ck_payables_statement_reference_length")),
        sa.ForeignKeyConstraint(
            ["bill_id"],
            ["accounting_bill.id"],
            name=op.f("fk_payables_statement_bill_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_payables_statement_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["credit_note_id"],
            ["accounting_bill.id"],
            name=op.f("fk_payables_statement_credit_note_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_payables_statement_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_payables_statement_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["payables_run.id"], name=op.f("fk_payables_statement_run_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payables_statement")),
        sa.UniqueConstraint("bill_id", name=op.f("uq_payables_statement_bill_id")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_payables_statement_company_id_number")),
        sa.UniqueConstraint("credit_note_id", name=op.f("uq_payables_statement_credit_note_id")),
    )
    op.create_index(
        op.f("ix_payables_statement_company_id"), "payables_statement", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_payables_statement_company_id_period_end_id"),
        "payables_statement",
        ["company_id", "period_end", "id"],
        unique=False,
    )
    op.create_index(
        "ix_payables_statement_number_begins",
        "payables_statement",
        ["company_id", sa.literal_column('lower(number COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        op.f("ix_payables_statement_partner_id_period_end"),
        "payables_statement",
        ["partner_id", "period_end"],
        unique=False,
    )
    op.create_index(op.f("ix_payables_statement_run_id"), "payables_statement", ["run_id"], unique=False)
    op.create_index(
        "ix_payables_statement_search",
        "payables_statement",
        ["number", "reference"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.create_index(
        "uq_payables_statement_period",
        "payables_statement",
        ["company_id", "partner_id", "currency_code", "period_end"],
        unique=True,
    )
    op.create_table(
        "payables_match",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("causes", sa.Text(), server_default="", nullable=False),
        sa.Column("agreements", sa.Text(), server_default="", nullable=False),
        sa.Column("our_quantity", sa.Numeric(18, 4), nullable=True),
        sa.Column("their_quantity", sa.Numeric(18, 4), nullable=True),
        sa.Column("our_amount", sa.Numeric(18, 2), nullable=True),
        sa.Column("their_amount", sa.Numeric(18, 2), nullable=True),
        sa.Column("price_change", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("score", sa.Integer(), server_default="0", nullable=False),
        sa.Column("exact", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('matched', 'price', 'quantity', 'only_ours', 'only_theirs')",
            name=op.f("ck_payables_match_kind_known"),
        ),
        sa.CheckConstraint(
            "state <> 'disputed' OR note <> ''", name=op.f("ck_payables_match_disputed_has_reason")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'disputed')", name=op.f("ck_payables_match_state_known")
        ),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_payables_match_note_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_payables_match_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_payables_match_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_payables_match_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["payables_statement.id"],
            name=op.f("fk_payables_match_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payables_match")),
    )
    op.create_index(op.f("ix_payables_match_company_id"), "payables_match", ["company_id"], unique=False)
    op.create_index(op.f("ix_payables_match_owner_id"), "payables_match", ["owner_id"], unique=False)
    op.create_index(
        op.f("ix_payables_match_statement_id_state_exact_id"),
        "payables_match",
        ["statement_id", "state", "exact", "id"],
        unique=False,
    )
    op.create_table(
        "payables_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("match_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("unit_price", sa.Numeric(20, 6), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("carried", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "kind IN ('movement', 'late', 'carried')", name=op.f("ck_payables_line_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_payables_line_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["payables_match.id"], name=op.f("fk_payables_line_match_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["move_id"], ["stock_move.id"], name=op.f("fk_payables_line_move_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_payables_line_product_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["payables_statement.id"],
            name=op.f("fk_payables_line_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payables_line")),
    )
    op.create_index(op.f("ix_payables_line_company_id"), "payables_line", ["company_id"], unique=False)
    op.create_index(op.f("ix_payables_line_match_id"), "payables_line", ["match_id"], unique=False)
    op.create_index(op.f("ix_payables_line_product_id"), "payables_line", ["product_id"], unique=False)
    op.create_index(
        op.f("ix_payables_line_statement_id_position"),
        "payables_line",
        ["statement_id", "position"],
        unique=False,
    )
    op.create_index(
        "uq_payables_line_live", "payables_line", ["move_id"], unique=True, postgresql_where="NOT carried"
    )
    op.create_table(
        "payables_their_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("match_id", sa.BigInteger(), nullable=True),
        sa.Column("sheet", sa.Text(), server_default="", nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("part", sa.Text(), server_default="", nullable=False),
        sa.Column("order_number", sa.Text(), server_default="", nullable=False),
        sa.Column("delivery", sa.Text(), server_default="", nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=True),
        sa.Column("unit_price", sa.Numeric(20, 6), nullable=True),
        sa.Column("amount", sa.Numeric(18, 2), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_payables_their_line_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["match_id"],
            ["payables_match.id"],
            name=op.f("fk_payables_their_line_match_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["payables_statement.id"],
            name=op.f("fk_payables_their_line_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payables_their_line")),
    )
    op.create_index(
        op.f("ix_payables_their_line_company_id"), "payables_their_line", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_payables_their_line_match_id"), "payables_their_line", ["match_id"], unique=False
    )
    op.create_index(
        op.f("ix_payables_their_line_statement_id"), "payables_their_line", ["statement_id"], unique=False
    )
    op.add_column("partner", sa.Column("settlement", sa.Text(), server_default="receipt", nullable=False))
    op.add_column(
        "partner", sa.Column("settlement_cycle", sa.Text(), server_default="monthly", nullable=False)
    )
    op.add_column(
        "partner", sa.Column("price_tolerance", sa.Numeric(7, 4), server_default="0", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_partner_price_tolerance_is_percent"), "partner", "price_tolerance BETWEEN 0 AND 100"
    )
    op.create_check_constraint(
        op.f("ck_partner_settlement_cycle_known"),
        "partner",
        "settlement_cycle IN ('monthly', 'half_monthly', 'weekly')",
    )
    op.create_check_constraint(
        op.f("ck_partner_settlement_known"), "partner", "settlement IN ('cash', 'receipt', 'period')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_partner_settlement_known"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_settlement_cycle_known"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_price_tolerance_is_percent"), "partner", type_="check")
    op.drop_column("partner", "price_tolerance")
    op.drop_column("partner", "settlement_cycle")
    op.drop_column("partner", "settlement")
    op.drop_index(op.f("ix_payables_their_line_statement_id"), table_name="payables_their_line")
    op.drop_index(op.f("ix_payables_their_line_match_id"), table_name="payables_their_line")
    op.drop_index(op.f("ix_payables_their_line_company_id"), table_name="payables_their_line")
    op.drop_table("payables_their_line")
    op.drop_index("uq_payables_line_live", table_name="payables_line", postgresql_where="NOT carried")
    op.drop_index(op.f("ix_payables_line_statement_id_position"), table_name="payables_line")
    op.drop_index(op.f("ix_payables_line_product_id"), table_name="payables_line")
    op.drop_index(op.f("ix_payables_line_match_id"), table_name="payables_line")
    op.drop_index(op.f("ix_payables_line_company_id"), table_name="payables_line")
    op.drop_table("payables_line")
    op.drop_index(op.f("ix_payables_match_statement_id_state_exact_id"), table_name="payables_match")
    op.drop_index(op.f("ix_payables_match_owner_id"), table_name="payables_match")
    op.drop_index(op.f("ix_payables_match_company_id"), table_name="payables_match")
    op.drop_table("payables_match")
    op.drop_index("uq_payables_statement_period", table_name="payables_statement")
    op.drop_index(
        "ix_payables_statement_search",
        table_name="payables_statement",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_payables_statement_run_id"), table_name="payables_statement")
    op.drop_index(op.f("ix_payables_statement_partner_id_period_end"), table_name="payables_statement")
    op.drop_index("ix_payables_statement_number_begins", table_name="payables_statement")
    op.drop_index(op.f("ix_payables_statement_company_id_period_end_id"), table_name="payables_statement")
    op.drop_index(op.f("ix_payables_statement_company_id"), table_name="payables_statement")
    op.drop_table("payables_statement")
    op.drop_index(op.f("ix_payables_run_skip_partner_id"), table_name="payables_run_skip")
    op.drop_index(op.f("ix_payables_run_skip_company_id"), table_name="payables_run_skip")
    op.drop_table("payables_run_skip")
    op.drop_index(op.f("ix_payables_run_company_id"), table_name="payables_run")
    op.drop_table("payables_run")
