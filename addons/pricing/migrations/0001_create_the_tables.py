"""Create the tables"""

import sqlalchemy as sa
from alembic import op

revision = "pricing_0001"
down_revision = None


def upgrade() -> None:  # noqa: PLR0915  # a statement a table and index
    op.create_table(
        "pricing_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("tolerance", sa.Numeric(7, 4), nullable=True),
        sa.Column("with_claims", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("screened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("applied_by_id", sa.BigInteger(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'applied', 'undone', 'cancelled')", name=op.f("ck_pricing_run_state_known")
        ),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_pricing_run_reason_length")),
        sa.CheckConstraint("tolerance >= 0", name=op.f("ck_pricing_run_tolerance_not_negative")),
        sa.CheckConstraint("until >= since", name=op.f("ck_pricing_run_until_after_since")),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["user.id"], name=op.f("fk_pricing_run_applied_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["user.id"], name=op.f("fk_pricing_run_approved_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_pricing_run_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_pricing_run_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_run")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_pricing_run_company_id_number")),
    )
    op.create_index(op.f("ix_pricing_run_company_id"), "pricing_run", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_pricing_run_company_id_date_id"), "pricing_run", ["company_id", "date", "id"], unique=False
    )
    op.create_index(
        "ix_pricing_run_search",
        "pricing_run",
        ["number", "reason"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reason": "gin_trgm_ops"},
    )
    op.create_table(
        "pricing_claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("value", sa.Numeric(18, 2), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'settled', 'withdrawn')", name=op.f("ck_pricing_claim_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_pricing_claim_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_pricing_claim_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_pricing_claim_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pricing_run.id"], name=op.f("fk_pricing_claim_run_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_claim")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_pricing_claim_company_id_number")),
    )
    op.create_index(op.f("ix_pricing_claim_company_id"), "pricing_claim", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_pricing_claim_company_id_date_id"),
        "pricing_claim",
        ["company_id", "date", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_pricing_claim_partner_id"), "pricing_claim", ["partner_id"], unique=False)
    op.create_index(op.f("ix_pricing_claim_run_id"), "pricing_claim", ["run_id"], unique=False)
    op.create_index(
        "ix_pricing_claim_search",
        "pricing_claim",
        ["number"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.create_table(
        "pricing_price_list",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("side IN ('purchase', 'sale')", name=op.f("ck_pricing_price_list_side_known")),
        sa.CheckConstraint("length(name) <= 1000", name=op.f("ck_pricing_price_list_name_length")),
        sa.CheckConstraint("length(note) <= 20000", name=op.f("ck_pricing_price_list_note_length")),
        sa.CheckConstraint("replaces_id <> id", name=op.f("ck_pricing_price_list_replaces_another")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_pricing_price_list_valid_after_from")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_pricing_price_list_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_pricing_price_list_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_pricing_price_list_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["pricing_price_list.id"],
            name=op.f("fk_pricing_price_list_replaces_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_price_list")),
    )
    op.create_index(
        op.f("ix_pricing_price_list_company_id"), "pricing_price_list", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_pricing_price_list_company_id_valid_from_id"),
        "pricing_price_list",
        ["company_id", "valid_from", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pricing_price_list_partner_id"), "pricing_price_list", ["partner_id"], unique=False
    )
    op.create_index(
        op.f("ix_pricing_price_list_replaces_id"), "pricing_price_list", ["replaces_id"], unique=False
    )
    op.create_index(
        "ix_pricing_price_list_search",
        "pricing_price_list",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(
        "uq_pricing_price_list_name",
        "pricing_price_list",
        ["company_id", "side", "partner_id", "name"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "pricing_run_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_pricing_run_part_product_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pricing_run.id"], name=op.f("fk_pricing_run_part_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_run_part")),
        sa.UniqueConstraint("run_id", "product_id", name=op.f("uq_pricing_run_part_run_id_product_id")),
    )
    op.create_index(op.f("ix_pricing_run_part_product_id"), "pricing_run_part", ["product_id"], unique=False)
    op.create_table(
        "pricing_run_supplier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_pricing_run_supplier_partner_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pricing_run.id"], name=op.f("fk_pricing_run_supplier_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_run_supplier")),
        sa.UniqueConstraint("run_id", "partner_id", name=op.f("uq_pricing_run_supplier_run_id_partner_id")),
    )
    op.create_index(
        op.f("ix_pricing_run_supplier_partner_id"), "pricing_run_supplier", ["partner_id"], unique=False
    )
    op.create_table(
        "pricing_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("min_quantity", sa.Numeric(18, 4), server_default="1", nullable=False),
        sa.Column("per", sa.Numeric(18, 4), server_default="1", nullable=False),
        sa.Column("unit_price", sa.Numeric(20, 6), nullable=True),
        sa.Column("margin", sa.Numeric(7, 4), nullable=True),
        sa.Column("contract_quantity", sa.Numeric(18, 4), nullable=True),
        sa.CheckConstraint("contract_quantity > 0", name=op.f("ck_pricing_price_contract_quantity_positive")),
        sa.CheckConstraint("margin >= 0 AND margin < 100", name=op.f("ck_pricing_price_margin_is_percent")),
        sa.CheckConstraint("min_quantity > 0 AND per > 0", name=op.f("ck_pricing_price_quantities_positive")),
        sa.CheckConstraint(
            "num_nonnulls(unit_price, margin) = 1", name=op.f("ck_pricing_price_price_or_margin")
        ),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_pricing_price_unit_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_pricing_price_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["pricing_price_list.id"],
            name=op.f("fk_pricing_price_price_list_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_pricing_price_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_price")),
        sa.UniqueConstraint(
            "product_id",
            "price_list_id",
            "min_quantity",
            name=op.f("uq_pricing_price_product_id_price_list_id_min_quantity"),
        ),
    )
    op.create_index(op.f("ix_pricing_price_company_id"), "pricing_price", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_pricing_price_price_list_id_product_id"),
        "pricing_price",
        ["price_list_id", "product_id"],
        unique=False,
    )
    op.create_table(
        "pricing_run_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("rate", sa.Numeric(20, 10), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("billed", sa.Numeric(18, 4), nullable=False),
        sa.Column("ordered_price", sa.Numeric(20, 6), nullable=False),
        sa.Column("price", sa.Numeric(20, 6), nullable=False),
        sa.Column("latest_price", sa.Numeric(20, 6), nullable=False),
        sa.Column("percent", sa.Numeric(20, 6), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("source_model", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("value", sa.Numeric(18, 2), nullable=False),
        sa.Column("claim_amount", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("claim_value", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("refusal", sa.Text(), server_default="", nullable=False),
        sa.Column("accepted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("price_before", sa.Numeric(20, 6), nullable=True),
        sa.Column("applied", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "NOT accepted OR refusal = ''", name=op.f("ck_pricing_run_line_accepted_can_be_done")
        ),
        sa.CheckConstraint("NOT applied OR accepted", name=op.f("ck_pricing_run_line_applied_was_accepted")),
        sa.CheckConstraint(
            "billed BETWEEN 0 AND quantity", name=op.f("ck_pricing_run_line_billed_within_quantity")
        ),
        sa.CheckConstraint("latest_price <> price", name=op.f("ck_pricing_run_line_price_differs")),
        sa.CheckConstraint("length(origin) <= 1000", name=op.f("ck_pricing_run_line_origin_length")),
        sa.CheckConstraint("length(refusal) <= 1000", name=op.f("ck_pricing_run_line_refusal_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_pricing_run_line_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_pricing_run_line_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["move_id"], ["stock_move.id"], name=op.f("fk_pricing_run_line_move_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_pricing_run_line_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_pricing_run_line_product_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pricing_run.id"], name=op.f("fk_pricing_run_line_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_run_line")),
        sa.UniqueConstraint("run_id", "move_id", name=op.f("uq_pricing_run_line_run_id_move_id")),
    )
    op.create_index(
        "ix_pricing_run_line_applied",
        "pricing_run_line",
        ["move_id", "id"],
        unique=False,
        postgresql_where=sa.text("applied"),
    )
    op.create_index(op.f("ix_pricing_run_line_company_id"), "pricing_run_line", ["company_id"], unique=False)
    op.create_index(op.f("ix_pricing_run_line_move_id"), "pricing_run_line", ["move_id"], unique=False)
    op.create_index(op.f("ix_pricing_run_line_partner_id"), "pricing_run_line", ["partner_id"], unique=False)
    op.create_index(op.f("ix_pricing_run_line_product_id"), "pricing_run_line", ["product_id"], unique=False)
    op.create_table(
        "pricing_claim_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("run_line_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("billed_price", sa.Numeric(20, 6), nullable=False),
        sa.Column("price", sa.Numeric(20, 6), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("value", sa.Numeric(18, 2), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"],
            ["pricing_claim.id"],
            name=op.f("fk_pricing_claim_line_claim_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_pricing_claim_line_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_pricing_claim_line_product_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_line_id"],
            ["pricing_run_line.id"],
            name=op.f("fk_pricing_claim_line_run_line_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_claim_line")),
    )
    op.create_index(op.f("ix_pricing_claim_line_claim_id"), "pricing_claim_line", ["claim_id"], unique=False)
    op.create_index(
        op.f("ix_pricing_claim_line_company_id"), "pricing_claim_line", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_pricing_claim_line_product_id"), "pricing_claim_line", ["product_id"], unique=False
    )
    op.create_index(
        op.f("ix_pricing_claim_line_run_line_id"), "pricing_claim_line", ["run_line_id"], unique=False
    )
    op.add_column("accounting_bill_line", sa.Column("claim_id", sa.BigInteger(), nullable=True))
    op.create_index(
        op.f("ix_accounting_bill_line_claim_id"),
        "accounting_bill_line",
        ["claim_id"],
        unique=False,
        postgresql_where="claim_id IS NOT NULL",
    )
    op.create_foreign_key(
        op.f("fk_accounting_bill_line_claim_id"),
        "accounting_bill_line",
        "pricing_claim",
        ["claim_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.add_column("company", sa.Column("price_source", sa.Text(), server_default="list", nullable=False))
    op.add_column("company", sa.Column("reprice_tolerance", sa.Numeric(7, 4), nullable=True))
    op.add_column("partner", sa.Column("price_source", sa.Text(), nullable=True))
    op.add_column("partner", sa.Column("receipt_price", sa.Text(), server_default="ordered", nullable=False))
    op.add_column("partner", sa.Column("price_breaks", sa.Text(), server_default="line", nullable=False))
    op.add_column("stock_move", sa.Column("ordered_price", sa.Numeric(20, 6), nullable=True))
    op.add_column("stock_move", sa.Column("price_origin", sa.Text(), server_default="", nullable=False))
    op.add_column("stock_move", sa.Column("repriced_price", sa.Numeric(20, 6), nullable=True))
    op.create_check_constraint(
        op.f("ck_company_price_source_known"),
        "company",
        "price_source IN ('list', 'order', 'receipt', 'quotation', 'newest')",
    )
    op.create_check_constraint(
        op.f("ck_company_reprice_tolerance_not_negative"), "company", "reprice_tolerance >= 0"
    )
    op.create_check_constraint(
        op.f("ck_partner_price_breaks_known"), "partner", "price_breaks IN ('line', 'order')"
    )
    op.create_check_constraint(
        op.f("ck_partner_price_source_known"),
        "partner",
        "price_source IN ('list', 'order', 'receipt', 'quotation', 'newest')",
    )
    op.create_check_constraint(
        op.f("ck_partner_receipt_price_known"), "partner", "receipt_price IN ('ordered', 'latest')"
    )
    op.create_check_constraint(
        op.f("ck_stock_move_price_origin_length"), "stock_move", "length(price_origin) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_stock_move_repriced_price_not_negative"), "stock_move", "repriced_price >= 0"
    )


def downgrade() -> None:  # noqa: PLR0915  # a statement a table and index
    op.drop_constraint(op.f("ck_stock_move_repriced_price_not_negative"), "stock_move", type_="check")
    op.drop_constraint(op.f("ck_stock_move_price_origin_length"), "stock_move", type_="check")
    op.drop_constraint(op.f("ck_partner_receipt_price_known"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_price_source_known"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_price_breaks_known"), "partner", type_="check")
    op.drop_constraint(op.f("ck_company_reprice_tolerance_not_negative"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_price_source_known"), "company", type_="check")
    op.drop_column("stock_move", "repriced_price")
    op.drop_column("stock_move", "price_origin")
    op.drop_column("stock_move", "ordered_price")
    op.drop_column("partner", "price_breaks")
    op.drop_column("partner", "receipt_price")
    op.drop_column("partner", "price_source")
    op.drop_column("company", "reprice_tolerance")
    op.drop_column("company", "price_source")
    op.drop_constraint(op.f("fk_accounting_bill_line_claim_id"), "accounting_bill_line", type_="foreignkey")
    op.drop_index(
        op.f("ix_accounting_bill_line_claim_id"),
        table_name="accounting_bill_line",
        postgresql_where="claim_id IS NOT NULL",
    )
    op.drop_column("accounting_bill_line", "claim_id")
    op.drop_index(op.f("ix_pricing_claim_line_run_line_id"), table_name="pricing_claim_line")
    op.drop_index(op.f("ix_pricing_claim_line_product_id"), table_name="pricing_claim_line")
    op.drop_index(op.f("ix_pricing_claim_line_company_id"), table_name="pricing_claim_line")
    op.drop_index(op.f("ix_pricing_claim_line_claim_id"), table_name="pricing_claim_line")
    op.drop_table("pricing_claim_line")
    op.drop_index(op.f("ix_pricing_run_line_product_id"), table_name="pricing_run_line")
    op.drop_index(op.f("ix_pricing_run_line_partner_id"), table_name="pricing_run_line")
    op.drop_index(op.f("ix_pricing_run_line_move_id"), table_name="pricing_run_line")
    op.drop_index(op.f("ix_pricing_run_line_company_id"), table_name="pricing_run_line")
    op.drop_index(
        "ix_pricing_run_line_applied", table_name="pricing_run_line", postgresql_where=sa.text("applied")
    )
    op.drop_table("pricing_run_line")
    op.drop_index(op.f("ix_pricing_price_price_list_id_product_id"), table_name="pricing_price")
    op.drop_index(op.f("ix_pricing_price_company_id"), table_name="pricing_price")
    op.drop_table("pricing_price")
    op.drop_index(op.f("ix_pricing_run_supplier_partner_id"), table_name="pricing_run_supplier")
    op.drop_table("pricing_run_supplier")
    op.drop_index(op.f("ix_pricing_run_part_product_id"), table_name="pricing_run_part")
    op.drop_table("pricing_run_part")
    op.drop_index(
        "uq_pricing_price_list_name", table_name="pricing_price_list", postgresql_nulls_not_distinct=True
    )
    op.drop_index(
        "ix_pricing_price_list_search",
        table_name="pricing_price_list",
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_pricing_price_list_replaces_id"), table_name="pricing_price_list")
    op.drop_index(op.f("ix_pricing_price_list_partner_id"), table_name="pricing_price_list")
    op.drop_index(op.f("ix_pricing_price_list_company_id_valid_from_id"), table_name="pricing_price_list")
    op.drop_index(op.f("ix_pricing_price_list_company_id"), table_name="pricing_price_list")
    op.drop_table("pricing_price_list")
    op.drop_index(
        "ix_pricing_claim_search",
        table_name="pricing_claim",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_pricing_claim_run_id"), table_name="pricing_claim")
    op.drop_index(op.f("ix_pricing_claim_partner_id"), table_name="pricing_claim")
    op.drop_index(op.f("ix_pricing_claim_company_id_date_id"), table_name="pricing_claim")
    op.drop_index(op.f("ix_pricing_claim_company_id"), table_name="pricing_claim")
    op.drop_table("pricing_claim")
    op.drop_index(
        "ix_pricing_run_search",
        table_name="pricing_run",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reason": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_pricing_run_company_id_date_id"), table_name="pricing_run")
    op.drop_index(op.f("ix_pricing_run_company_id"), table_name="pricing_run")
    op.drop_table("pricing_run")
