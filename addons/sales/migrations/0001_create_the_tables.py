"""Create the tables"""

import sqlalchemy as sa
from alembic import op

revision = "sales_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "sales_maker_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("allowed", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_sales_maker_rule_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["maker_id"], ["maker.id"], name=op.f("fk_sales_maker_rule_maker_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_sales_maker_rule_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_maker_rule")),
    )
    op.create_index(op.f("ix_sales_maker_rule_company_id"), "sales_maker_rule", ["company_id"], unique=False)
    op.create_index(op.f("ix_sales_maker_rule_maker_id"), "sales_maker_rule", ["maker_id"], unique=False)
    op.create_index("uq_sales_maker_rule_maker", "sales_maker_rule", ["partner_id", "maker_id"], unique=True)
    op.create_table(
        "sales_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="quotation", nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("delivery_address", sa.Text(), server_default="", nullable=False),
        sa.Column("salesperson_id", sa.BigInteger(), nullable=True),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("invoicing", sa.Text(), server_default="delivery", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("net", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("tax", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("total", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("hold", sa.Text(), server_default="", nullable=False),
        sa.Column("release_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("released_by_id", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "invoicing IN ('delivery', 'order', 'period')", name=op.f("ck_sales_order_invoicing_known")
        ),
        sa.CheckConstraint(
            "state IN ('quotation', 'cancelled') OR (number IS NOT NULL AND confirmed_at IS NOT NULL)",
            name=op.f("ck_sales_order_confirmed_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('quotation', 'cancelled') OR hold = ''",
            name=op.f("ck_sales_order_held_is_not_confirmed"),
        ),
        sa.CheckConstraint(
            "state IN ('quotation', 'confirmed', 'done', 'cancelled')",
            name=op.f("ck_sales_order_state_known"),
        ),
        sa.CheckConstraint(
            "length(delivery_address) <= 20000", name=op.f("ck_sales_order_delivery_address_length")
        ),
        sa.CheckConstraint("length(note) <= 20000", name=op.f("ck_sales_order_note_length")),
        sa.CheckConstraint("length(reference) <= 1000", name=op.f("ck_sales_order_reference_length")),
        sa.CheckConstraint(
            "length(release_reason) <= 1000", name=op.f("ck_sales_order_release_reason_length")
        ),
        sa.CheckConstraint("total = net + tax", name=op.f("ck_sales_order_total_adds_up")),
        sa.CheckConstraint("valid_until >= date", name=op.f("ck_sales_order_valid_after_date")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_sales_order_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_sales_order_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_sales_order_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["user.id"], name=op.f("fk_sales_order_released_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["salesperson_id"], ["user.id"], name=op.f("fk_sales_order_salesperson_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_sales_order_company_id_number")),
    )
    op.create_index(op.f("ix_sales_order_company_id"), "sales_order", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_sales_order_company_id_date_id"), "sales_order", ["company_id", "date", "id"], unique=False
    )
    op.create_index(
        "ix_sales_order_number_begins",
        "sales_order",
        ["company_id", sa.literal_column('lower(number COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        "ix_sales_order_open",
        "sales_order",
        ["company_id", "state"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        op.f("ix_sales_order_partner_id_date"), "sales_order", ["partner_id", "date"], unique=False
    )
    op.create_index(
        "ix_sales_order_reference_begins",
        "sales_order",
        ["company_id", sa.literal_column('lower(reference COLLATE "C")')],
        unique=False,
    )
    op.create_index(op.f("ix_sales_order_salesperson_id"), "sales_order", ["salesperson_id"], unique=False)
    op.create_index(
        "ix_sales_order_search",
        "sales_order",
        ["number", "reference"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.create_table(
        "sales_requirement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("one_lot", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("whole_reels", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("certificate", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("max_age BETWEEN 0 AND 240", name=op.f("ck_sales_requirement_max_age_in_range")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_sales_requirement_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_sales_requirement_partner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_sales_requirement_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_requirement")),
    )
    op.create_index(
        op.f("ix_sales_requirement_company_id"), "sales_requirement", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_requirement_product_id"), "sales_requirement", ["product_id"], unique=False
    )
    op.create_index(
        "uq_sales_requirement_part",
        "sales_requirement",
        ["partner_id", "product_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "sales_order_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("partner_number", sa.Text(), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("unit_price", sa.Numeric(20, 6), nullable=True),
        sa.Column("price_origin", sa.Text(), server_default="", nullable=False),
        sa.Column("discount", sa.Numeric(7, 4), server_default="0", nullable=False),
        sa.Column("tax_id", sa.BigInteger(), nullable=True),
        sa.Column("net", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("availability", sa.Text(), server_default="", nullable=False),
        sa.Column("tolerance", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("unit_cost", sa.Numeric(20, 6), nullable=True),
        sa.Column("delivered", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("returned", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("invoiced", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("credited", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("cancelled", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.CheckConstraint(
            "credited BETWEEN 0 AND invoiced", name=op.f("ck_sales_order_line_credited_was_invoiced")
        ),
        sa.CheckConstraint(
            "delivered >= 0 AND cancelled >= 0 AND delivered + cancelled <= quantity + tolerance",
            name=op.f("ck_sales_order_line_delivered_was_ordered"),
        ),
        sa.CheckConstraint(
            "discount BETWEEN 0 AND 100", name=op.f("ck_sales_order_line_discount_is_percent")
        ),
        sa.CheckConstraint(
            "invoiced - credited <= quantity + tolerance",
            name=op.f("ck_sales_order_line_invoiced_was_ordered"),
        ),
        sa.CheckConstraint(
            "length(availability) <= 1000", name=op.f("ck_sales_order_line_availability_length")
        ),
        sa.CheckConstraint(
            "length(description) <= 1000", name=op.f("ck_sales_order_line_description_length")
        ),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_sales_order_line_note_length")),
        sa.CheckConstraint(
            "length(partner_number) <= 1000", name=op.f("ck_sales_order_line_partner_number_length")
        ),
        sa.CheckConstraint(
            "length(price_origin) <= 1000", name=op.f("ck_sales_order_line_price_origin_length")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sales_order_line_quantity_positive")),
        sa.CheckConstraint(
            "returned BETWEEN 0 AND delivered", name=op.f("ck_sales_order_line_returned_was_delivered")
        ),
        sa.CheckConstraint("tolerance >= 0", name=op.f("ck_sales_order_line_tolerance_not_negative")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_sales_order_line_unit_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_sales_order_line_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_order_line_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_sales_order_line_product_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["tax_id"], ["accounting_tax.id"], name=op.f("fk_sales_order_line_tax_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_line")),
        sa.UniqueConstraint(
            "order_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_sales_order_line_order_id_position"),
        ),
    )
    op.create_index(op.f("ix_sales_order_line_company_id"), "sales_order_line", ["company_id"], unique=False)
    op.create_index(op.f("ix_sales_order_line_product_id"), "sales_order_line", ["product_id"], unique=False)
    op.create_table(
        "sales_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("after", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(after) <= 1000", name=op.f("ck_sales_change_after_length")),
        sa.CheckConstraint("length(before) <= 1000", name=op.f("ck_sales_change_before_length")),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_sales_change_reason_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_sales_change_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_change_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["sales_order_line.id"],
            name=op.f("fk_sales_change_order_line_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_sales_change_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_change")),
    )
    op.create_index(op.f("ix_sales_change_company_id"), "sales_change", ["company_id"], unique=False)
    op.create_index(op.f("ix_sales_change_order_id_id"), "sales_change", ["order_id", "id"], unique=False)
    op.create_index(op.f("ix_sales_change_order_line_id"), "sales_change", ["order_line_id"], unique=False)
    op.create_table(
        "sales_schedule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sales_schedule_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["sales_order_line.id"], name=op.f("fk_sales_schedule_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_schedule")),
    )
    op.create_index(
        op.f("ix_sales_schedule_line_id_date_id"), "sales_schedule", ["line_id", "date", "id"], unique=False
    )
    op.create_table(
        "sales_invoiced_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("cost", sa.Numeric(18, 2), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_sales_invoiced_move_quantity_not_zero")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_sales_invoiced_move_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["accounting_entry.id"],
            name=op.f("fk_sales_invoiced_move_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_line_id"],
            ["accounting_invoice_line.id"],
            name=op.f("fk_sales_invoiced_move_invoice_line_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["move_id"], ["stock_move.id"], name=op.f("fk_sales_invoiced_move_move_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_invoiced_move")),
    )
    op.create_index(
        op.f("ix_sales_invoiced_move_company_id"), "sales_invoiced_move", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_invoiced_move_entry_id"), "sales_invoiced_move", ["entry_id"], unique=False
    )
    op.create_index(
        op.f("ix_sales_invoiced_move_invoice_line_id"),
        "sales_invoiced_move",
        ["invoice_line_id"],
        unique=False,
    )
    op.create_index(op.f("ix_sales_invoiced_move_move_id"), "sales_invoiced_move", ["move_id"], unique=False)
    op.add_column("accounting_invoice_line", sa.Column("order_line_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "accounting_invoice_line",
        sa.Column("order_quantity", sa.Numeric(18, 4), server_default="0", nullable=False),
    )
    op.create_index(
        op.f("ix_accounting_invoice_line_order_line_id"),
        "accounting_invoice_line",
        ["order_line_id"],
        unique=False,
        postgresql_where="order_line_id IS NOT NULL",
    )
    op.create_foreign_key(
        op.f("fk_accounting_invoice_line_order_line_id"),
        "accounting_invoice_line",
        "sales_order_line",
        ["order_line_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.add_column("company", sa.Column("hold_overdue_days", sa.Integer(), nullable=True))
    op.add_column("company", sa.Column("margin_floor", sa.Numeric(18, 6), nullable=True))
    op.add_column("maker", sa.Column("margin_floor", sa.Numeric(18, 6), nullable=True))
    op.add_column("partner", sa.Column("invoicing", sa.Text(), server_default="delivery", nullable=False))
    op.add_column("partner", sa.Column("credit_limit", sa.Numeric(18, 2), nullable=True))
    op.add_column("stock_move", sa.Column("order_line_id", sa.BigInteger(), nullable=True))
    op.add_column("stock_move", sa.Column("invoiced", sa.Numeric(18, 4), server_default="0", nullable=False))
    op.create_index(
        op.f("ix_stock_move_order_line_id"),
        "stock_move",
        ["order_line_id"],
        unique=False,
        postgresql_where="order_line_id IS NOT NULL",
    )
    op.create_foreign_key(
        op.f("fk_stock_move_order_line_id"),
        "stock_move",
        "sales_order_line",
        ["order_line_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.create_check_constraint(op.f("ck_maker_margin_floor_is_part"), "maker", "margin_floor < 1")
    op.create_check_constraint(
        op.f("ck_company_hold_overdue_days_not_negative"), "company", "hold_overdue_days >= 0"
    )
    op.create_check_constraint(op.f("ck_company_margin_floor_is_part"), "company", "margin_floor < 1")
    op.create_check_constraint(op.f("ck_partner_credit_limit_not_negative"), "partner", "credit_limit >= 0")
    op.create_check_constraint(
        op.f("ck_partner_invoicing_known"), "partner", "invoicing IN ('delivery', 'order', 'period')"
    )
    op.create_check_constraint(
        op.f("ck_stock_move_invoiced_once"), "stock_move", "invoiced BETWEEN 0 AND quantity"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_stock_move_invoiced_once"), "stock_move", type_="check")
    op.drop_constraint(op.f("ck_partner_invoicing_known"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_credit_limit_not_negative"), "partner", type_="check")
    op.drop_constraint(op.f("ck_company_margin_floor_is_part"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_hold_overdue_days_not_negative"), "company", type_="check")
    op.drop_constraint(op.f("ck_maker_margin_floor_is_part"), "maker", type_="check")
    op.drop_constraint(op.f("fk_stock_move_order_line_id"), "stock_move", type_="foreignkey")
    op.drop_index(
        op.f("ix_stock_move_order_line_id"),
        table_name="stock_move",
        postgresql_where="order_line_id IS NOT NULL",
    )
    op.drop_column("stock_move", "invoiced")
    op.drop_column("stock_move", "order_line_id")
    op.drop_column("partner", "credit_limit")
    op.drop_column("partner", "invoicing")
    op.drop_column("maker", "margin_floor")
    op.drop_column("company", "margin_floor")
    op.drop_column("company", "hold_overdue_days")
    op.drop_constraint(
        op.f("fk_accounting_invoice_line_order_line_id"), "accounting_invoice_line", type_="foreignkey"
    )
    op.drop_index(
        op.f("ix_accounting_invoice_line_order_line_id"),
        table_name="accounting_invoice_line",
        postgresql_where="order_line_id IS NOT NULL",
    )
    op.drop_column("accounting_invoice_line", "order_quantity")
    op.drop_column("accounting_invoice_line", "order_line_id")
    op.drop_index(op.f("ix_sales_invoiced_move_move_id"), table_name="sales_invoiced_move")
    op.drop_index(op.f("ix_sales_invoiced_move_invoice_line_id"), table_name="sales_invoiced_move")
    op.drop_index(op.f("ix_sales_invoiced_move_entry_id"), table_name="sales_invoiced_move")
    op.drop_index(op.f("ix_sales_invoiced_move_company_id"), table_name="sales_invoiced_move")
    op.drop_table("sales_invoiced_move")
    op.drop_index(op.f("ix_sales_schedule_line_id_date_id"), table_name="sales_schedule")
    op.drop_table("sales_schedule")
    op.drop_index(op.f("ix_sales_change_order_line_id"), table_name="sales_change")
    op.drop_index(op.f("ix_sales_change_order_id_id"), table_name="sales_change")
    op.drop_index(op.f("ix_sales_change_company_id"), table_name="sales_change")
    op.drop_table("sales_change")
    op.drop_index(op.f("ix_sales_order_line_product_id"), table_name="sales_order_line")
    op.drop_index(op.f("ix_sales_order_line_company_id"), table_name="sales_order_line")
    op.drop_table("sales_order_line")
    op.drop_index(
        "uq_sales_requirement_part", table_name="sales_requirement", postgresql_nulls_not_distinct=True
    )
    op.drop_index(op.f("ix_sales_requirement_product_id"), table_name="sales_requirement")
    op.drop_index(op.f("ix_sales_requirement_company_id"), table_name="sales_requirement")
    op.drop_table("sales_requirement")
    op.drop_index(
        "ix_sales_order_search",
        table_name="sales_order",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_sales_order_salesperson_id"), table_name="sales_order")
    op.drop_index("ix_sales_order_reference_begins", table_name="sales_order")
    op.drop_index(op.f("ix_sales_order_partner_id_date"), table_name="sales_order")
    op.drop_index(
        "ix_sales_order_open", table_name="sales_order", postgresql_where=sa.text("state <> 'done'")
    )
    op.drop_index("ix_sales_order_number_begins", table_name="sales_order")
    op.drop_index(op.f("ix_sales_order_company_id_date_id"), table_name="sales_order")
    op.drop_index(op.f("ix_sales_order_company_id"), table_name="sales_order")
    op.drop_table("sales_order")
    op.drop_index("uq_sales_maker_rule_maker", table_name="sales_maker_rule")
    op.drop_index(op.f("ix_sales_maker_rule_maker_id"), table_name="sales_maker_rule")
    op.drop_index(op.f("ix_sales_maker_rule_company_id"), table_name="sales_maker_rule")
    op.drop_table("sales_maker_rule")
