"""Create the tables"""

import sqlalchemy as sa
from alembic import op

revision = "purchasing_0001"
down_revision = None


def upgrade() -> None:
    _create_tables()
    _add_columns()


def _create_tables() -> None:
    op.create_table(
        "purchasing_inquiry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("answers_until", sa.Date(), nullable=True),
        sa.Column("wanted", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_purchasing_inquiry_state_known")),
        sa.CheckConstraint("answers_until >= date", name=op.f("ck_purchasing_inquiry_answers_after_date")),
        sa.CheckConstraint("length(note) <= 20000", name=op.f("ck_purchasing_inquiry_note_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_purchasing_inquiry_company_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_inquiry")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_purchasing_inquiry_company_id_number")),
    )
    op.create_index(
        op.f("ix_purchasing_inquiry_company_id"), "purchasing_inquiry", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_purchasing_inquiry_company_id_date_id"),
        "purchasing_inquiry",
        ["company_id", "date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_purchasing_inquiry_search",
        "purchasing_inquiry",
        ["number"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.create_table(
        "purchasing_inquiry_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("inquiry_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="1", nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_purchasing_inquiry_line_note_length")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchasing_inquiry_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["purchasing_inquiry.id"],
            name=op.f("fk_purchasing_inquiry_line_inquiry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_purchasing_inquiry_line_product_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_inquiry_line")),
    )
    op.create_index(
        op.f("ix_purchasing_inquiry_line_inquiry_id_position"),
        "purchasing_inquiry_line",
        ["inquiry_id", "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchasing_inquiry_line_product_id"), "purchasing_inquiry_line", ["product_id"], unique=False
    )
    op.create_table(
        "purchasing_inquiry_supplier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("inquiry_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["purchasing_inquiry.id"],
            name=op.f("fk_purchasing_inquiry_supplier_inquiry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_purchasing_inquiry_supplier_partner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_inquiry_supplier")),
        sa.UniqueConstraint(
            "inquiry_id", "partner_id", name=op.f("uq_purchasing_inquiry_supplier_inquiry_id_partner_id")
        ),
    )
    op.create_index(
        op.f("ix_purchasing_inquiry_supplier_partner_id"),
        "purchasing_inquiry_supplier",
        ["partner_id"],
        unique=False,
    )
    op.create_table(
        "purchasing_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="request", nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("delivery_address", sa.Text(), server_default="", nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=True),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("net", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("tax", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("total", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("hold", sa.Text(), server_default="", nullable=False),
        sa.Column("approval_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inquiry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('request', 'cancelled') OR (number IS NOT NULL AND confirmed_at IS NOT NULL)",
            name=op.f("ck_purchasing_order_confirmed_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('request', 'cancelled') OR hold = ''",
            name=op.f("ck_purchasing_order_held_is_not_confirmed"),
        ),
        sa.CheckConstraint(
            "state IN ('request', 'confirmed', 'done', 'cancelled')",
            name=op.f("ck_purchasing_order_state_known"),
        ),
        sa.CheckConstraint(
            "length(approval_reason) <= 1000", name=op.f("ck_purchasing_order_approval_reason_length")
        ),
        sa.CheckConstraint(
            "length(delivery_address) <= 20000", name=op.f("ck_purchasing_order_delivery_address_length")
        ),
        sa.CheckConstraint(
            "length(external_id) <= 1000", name=op.f("ck_purchasing_order_external_id_length")
        ),
        sa.CheckConstraint("length(note) <= 20000", name=op.f("ck_purchasing_order_note_length")),
        sa.CheckConstraint("length(reference) <= 1000", name=op.f("ck_purchasing_order_reference_length")),
        sa.CheckConstraint("total = net + tax", name=op.f("ck_purchasing_order_total_adds_up")),
        sa.CheckConstraint("valid_until >= date", name=op.f("ck_purchasing_order_valid_after_date")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"],
            ["user.id"],
            name=op.f("fk_purchasing_order_approved_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["user.id"], name=op.f("fk_purchasing_order_buyer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_purchasing_order_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_purchasing_order_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"],
            ["purchasing_inquiry.id"],
            name=op.f("fk_purchasing_order_inquiry_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_purchasing_order_partner_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_order")),
        sa.UniqueConstraint(
            "company_id", "external_id", name=op.f("uq_purchasing_order_company_id_external_id")
        ),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_purchasing_order_company_id_number")),
    )
    op.create_index(op.f("ix_purchasing_order_buyer_id"), "purchasing_order", ["buyer_id"], unique=False)
    op.create_index(op.f("ix_purchasing_order_company_id"), "purchasing_order", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_purchasing_order_company_id_date_id"),
        "purchasing_order",
        ["company_id", "date", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_purchasing_order_inquiry_id"), "purchasing_order", ["inquiry_id"], unique=False)
    op.create_index(
        "ix_purchasing_order_number_begins",
        "purchasing_order",
        ["company_id", sa.literal_column('lower(number COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        "ix_purchasing_order_open",
        "purchasing_order",
        ["company_id", "state"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        op.f("ix_purchasing_order_partner_id_date"), "purchasing_order", ["partner_id", "date"], unique=False
    )
    op.create_index(
        "ix_purchasing_order_reference_begins",
        "purchasing_order",
        ["company_id", sa.literal_column('lower(reference COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        "ix_purchasing_order_search",
        "purchasing_order",
        ["number", "reference"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.create_table(
        "purchasing_supplier_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), server_default="1", nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("min_quantity", sa.Numeric(18, 4), nullable=True),
        sa.Column("multiple", sa.Numeric(18, 4), nullable=True),
        sa.Column("approved", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint(
            "lead_days BETWEEN 0 AND 1000", name=op.f("ck_purchasing_supplier_part_lead_days_in_range")
        ),
        sa.CheckConstraint(
            "min_quantity > 0", name=op.f("ck_purchasing_supplier_part_min_quantity_positive")
        ),
        sa.CheckConstraint("multiple > 0", name=op.f("ck_purchasing_supplier_part_multiple_positive")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_purchasing_supplier_part_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_purchasing_supplier_part_partner_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_purchasing_supplier_part_product_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_supplier_part")),
        sa.UniqueConstraint(
            "partner_id", "product_id", name=op.f("uq_purchasing_supplier_part_partner_id_product_id")
        ),
    )
    op.create_index(
        op.f("ix_purchasing_supplier_part_company_id"),
        "purchasing_supplier_part",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchasing_supplier_part_product_id"),
        "purchasing_supplier_part",
        ["product_id"],
        unique=False,
    )
    op.create_table(
        "purchasing_order_line",
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
        sa.Column("tolerance", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("received", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("returned", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("billed", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("cancelled", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("rejected", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.CheckConstraint(
            "billed BETWEEN 0 AND quantity + tolerance",
            name=op.f("ck_purchasing_order_line_billed_was_ordered"),
        ),
        sa.CheckConstraint(
            "discount BETWEEN 0 AND 100", name=op.f("ck_purchasing_order_line_discount_is_percent")
        ),
        sa.CheckConstraint(
            "length(description) <= 1000", name=op.f("ck_purchasing_order_line_description_length")
        ),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_purchasing_order_line_note_length")),
        sa.CheckConstraint(
            "length(partner_number) <= 1000", name=op.f("ck_purchasing_order_line_partner_number_length")
        ),
        sa.CheckConstraint(
            "length(price_origin) <= 1000", name=op.f("ck_purchasing_order_line_price_origin_length")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchasing_order_line_quantity_positive")),
        sa.CheckConstraint(
            "received >= 0 AND cancelled >= 0 AND received + cancelled <= quantity + tolerance",
            name=op.f("ck_purchasing_order_line_received_was_ordered"),
        ),
        sa.CheckConstraint("rejected >= 0", name=op.f("ck_purchasing_order_line_rejected_not_negative")),
        sa.CheckConstraint(
            "returned BETWEEN 0 AND received", name=op.f("ck_purchasing_order_line_returned_was_received")
        ),
        sa.CheckConstraint("tolerance >= 0", name=op.f("ck_purchasing_order_line_tolerance_not_negative")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_purchasing_order_line_unit_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_purchasing_order_line_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["purchasing_order.id"],
            name=op.f("fk_purchasing_order_line_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_purchasing_order_line_product_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tax_id"],
            ["accounting_tax.id"],
            name=op.f("fk_purchasing_order_line_tax_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_order_line")),
        sa.UniqueConstraint(
            "order_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_purchasing_order_line_order_id_position"),
        ),
    )
    op.create_index(
        op.f("ix_purchasing_order_line_company_id"), "purchasing_order_line", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_purchasing_order_line_product_id"), "purchasing_order_line", ["product_id"], unique=False
    )
    op.create_table(
        "purchasing_supplier_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_part_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("min_quantity", sa.Numeric(18, 4), server_default="1", nullable=False),
        sa.Column("unit_price", sa.Numeric(20, 6), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "min_quantity > 0", name=op.f("ck_purchasing_supplier_price_min_quantity_positive")
        ),
        sa.CheckConstraint(
            "unit_price >= 0", name=op.f("ck_purchasing_supplier_price_unit_price_not_negative")
        ),
        sa.CheckConstraint(
            "valid_until >= valid_from", name=op.f("ck_purchasing_supplier_price_valid_after_from")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_purchasing_supplier_price_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_purchasing_supplier_price_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_purchasing_supplier_price_partner_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_purchasing_supplier_price_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["supplier_part_id"],
            ["purchasing_supplier_part.id"],
            name=op.f("fk_purchasing_supplier_price_supplier_part_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_supplier_price")),
    )
    op.create_index(
        op.f("ix_purchasing_supplier_price_company_id"),
        "purchasing_supplier_price",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchasing_supplier_price_partner_id"),
        "purchasing_supplier_price",
        ["partner_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchasing_supplier_price_product_id"),
        "purchasing_supplier_price",
        ["product_id"],
        unique=False,
    )
    op.create_index(
        "uq_purchasing_supplier_price_break",
        "purchasing_supplier_price",
        ["supplier_part_id", "currency_code", "min_quantity", "valid_from"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "purchasing_change",
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
        sa.CheckConstraint("length(after) <= 1000", name=op.f("ck_purchasing_change_after_length")),
        sa.CheckConstraint("length(before) <= 1000", name=op.f("ck_purchasing_change_before_length")),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_purchasing_change_reason_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_purchasing_change_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["purchasing_order.id"],
            name=op.f("fk_purchasing_change_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["purchasing_order_line.id"],
            name=op.f("fk_purchasing_change_order_line_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_purchasing_change_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_change")),
    )
    op.create_index(
        op.f("ix_purchasing_change_company_id"), "purchasing_change", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_purchasing_change_order_id_id"), "purchasing_change", ["order_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_purchasing_change_order_line_id"), "purchasing_change", ["order_line_id"], unique=False
    )
    op.create_table(
        "purchasing_billed_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("bill_line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("value", sa.Numeric(18, 2), nullable=False),
        sa.Column("difference", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_purchasing_billed_move_quantity_not_zero")),
        sa.ForeignKeyConstraint(
            ["bill_line_id"],
            ["accounting_bill_line.id"],
            name=op.f("fk_purchasing_billed_move_bill_line_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_purchasing_billed_move_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["accounting_entry.id"],
            name=op.f("fk_purchasing_billed_move_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["move_id"],
            ["stock_move.id"],
            name=op.f("fk_purchasing_billed_move_move_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_billed_move")),
    )
    op.create_index(
        op.f("ix_purchasing_billed_move_bill_line_id"),
        "purchasing_billed_move",
        ["bill_line_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchasing_billed_move_company_id"), "purchasing_billed_move", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_purchasing_billed_move_entry_id"), "purchasing_billed_move", ["entry_id"], unique=False
    )
    op.create_index(
        op.f("ix_purchasing_billed_move_move_id"), "purchasing_billed_move", ["move_id"], unique=False
    )


def _add_columns() -> None:
    op.add_column("accounting_bill_line", sa.Column("purchase_line_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "accounting_bill_line",
        sa.Column("order_quantity", sa.Numeric(18, 4), server_default="0", nullable=False),
    )
    op.add_column(
        "accounting_bill_line",
        sa.Column("early_quantity", sa.Numeric(18, 4), server_default="0", nullable=False),
    )
    op.add_column(
        "accounting_bill_line",
        sa.Column("early_value", sa.Numeric(18, 2), server_default="0", nullable=False),
    )
    op.create_index(
        op.f("ix_accounting_bill_line_purchase_line_id"),
        "accounting_bill_line",
        ["purchase_line_id"],
        unique=False,
        postgresql_where="purchase_line_id IS NOT NULL",
    )
    op.create_foreign_key(
        op.f("fk_accounting_bill_line_purchase_line_id"),
        "accounting_bill_line",
        "purchasing_order_line",
        ["purchase_line_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.add_column("company", sa.Column("approval_limit", sa.Numeric(18, 2), nullable=True))
    op.add_column(
        "partner", sa.Column("receipt_tolerance", sa.Numeric(7, 4), server_default="0", nullable=False)
    )
    op.add_column("partner", sa.Column("inspected", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("product", sa.Column("min_stock", sa.Numeric(18, 4), nullable=True))
    op.add_column("product", sa.Column("inspected", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(
        "ix_product_min_stock",
        "product",
        ["company_id"],
        unique=False,
        postgresql_where=sa.text("min_stock > 0"),
    )
    op.add_column("stock_move", sa.Column("purchase_line_id", sa.BigInteger(), nullable=True))
    op.add_column("stock_move", sa.Column("document_price", sa.Numeric(20, 6), nullable=True))
    op.add_column("stock_move", sa.Column("document_currency_code", sa.String(length=3), nullable=True))
    op.add_column("stock_move", sa.Column("document_rate", sa.Numeric(20, 10), nullable=True))
    op.add_column("stock_move", sa.Column("billed", sa.Numeric(18, 4), server_default="0", nullable=False))
    op.create_index(
        op.f("ix_stock_move_purchase_line_id"),
        "stock_move",
        ["purchase_line_id"],
        unique=False,
        postgresql_where="purchase_line_id IS NOT NULL",
    )
    op.create_foreign_key(
        op.f("fk_stock_move_purchase_line_id"),
        "stock_move",
        "purchasing_order_line",
        ["purchase_line_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.create_foreign_key(
        op.f("fk_stock_move_document_currency_code"),
        "stock_move",
        "currency",
        ["document_currency_code"],
        ["code"],
        ondelete="RESTRICT",
    )
    op.add_column("stock_transfer", sa.Column("inspection", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_stock_transfer_inspection",
        "stock_transfer",
        ["company_id"],
        unique=False,
        postgresql_where=sa.text("inspection = 'waiting'"),
    )
    op.create_check_constraint(
        op.f("ck_company_approval_limit_not_negative"), "company", "approval_limit >= 0"
    )
    op.create_check_constraint(
        op.f("ck_partner_receipt_tolerance_is_percent"), "partner", "receipt_tolerance BETWEEN 0 AND 100"
    )
    op.create_check_constraint(op.f("ck_product_min_stock_not_negative"), "product", "min_stock >= 0")
    op.create_check_constraint(
        op.f("ck_stock_transfer_inspection_known"),
        "stock_transfer",
        "inspection IN ('', 'waiting', 'passed')",
    )
    op.create_check_constraint(
        op.f("ck_accounting_bill_line_early_is_part"),
        "accounting_bill_line",
        "early_quantity BETWEEN 0 AND quantity",
    )
    op.create_check_constraint(
        op.f("ck_stock_move_billed_once"), "stock_move", "billed BETWEEN 0 AND quantity"
    )
    op.create_check_constraint(
        op.f("ck_stock_move_document_price_is_complete"),
        "stock_move",
        "num_nonnulls(document_price, document_currency_code, document_rate) IN (0, 3)",
    )


def downgrade() -> None:
    _drop_columns()
    _drop_tables()


def _drop_columns() -> None:
    op.drop_constraint(op.f("ck_stock_move_document_price_is_complete"), "stock_move", type_="check")
    op.drop_constraint(op.f("ck_stock_move_billed_once"), "stock_move", type_="check")
    op.drop_constraint(op.f("ck_accounting_bill_line_early_is_part"), "accounting_bill_line", type_="check")
    op.drop_constraint(op.f("ck_stock_transfer_inspection_known"), "stock_transfer", type_="check")
    op.drop_constraint(op.f("ck_product_min_stock_not_negative"), "product", type_="check")
    op.drop_constraint(op.f("ck_partner_receipt_tolerance_is_percent"), "partner", type_="check")
    op.drop_constraint(op.f("ck_company_approval_limit_not_negative"), "company", type_="check")
    op.drop_index(
        "ix_stock_transfer_inspection",
        table_name="stock_transfer",
        postgresql_where=sa.text("inspection = 'waiting'"),
    )
    op.drop_column("stock_transfer", "inspection")
    op.drop_constraint(op.f("fk_stock_move_document_currency_code"), "stock_move", type_="foreignkey")
    op.drop_constraint(op.f("fk_stock_move_purchase_line_id"), "stock_move", type_="foreignkey")
    op.drop_index(
        op.f("ix_stock_move_purchase_line_id"),
        table_name="stock_move",
        postgresql_where="purchase_line_id IS NOT NULL",
    )
    op.drop_column("stock_move", "billed")
    op.drop_column("stock_move", "document_rate")
    op.drop_column("stock_move", "document_currency_code")
    op.drop_column("stock_move", "document_price")
    op.drop_column("stock_move", "purchase_line_id")
    op.drop_index("ix_product_min_stock", table_name="product", postgresql_where=sa.text("min_stock > 0"))
    op.drop_column("product", "inspected")
    op.drop_column("product", "min_stock")
    op.drop_column("partner", "inspected")
    op.drop_column("partner", "receipt_tolerance")
    op.drop_column("company", "approval_limit")
    op.drop_constraint(
        op.f("fk_accounting_bill_line_purchase_line_id"), "accounting_bill_line", type_="foreignkey"
    )
    op.drop_index(
        op.f("ix_accounting_bill_line_purchase_line_id"),
        table_name="accounting_bill_line",
        postgresql_where="purchase_line_id IS NOT NULL",
    )
    op.drop_column("accounting_bill_line", "early_value")
    op.drop_column("accounting_bill_line", "early_quantity")
    op.drop_column("accounting_bill_line", "order_quantity")
    op.drop_column("accounting_bill_line", "purchase_line_id")


def _drop_tables() -> None:
    op.drop_index(op.f("ix_purchasing_billed_move_move_id"), table_name="purchasing_billed_move")
    op.drop_index(op.f("ix_purchasing_billed_move_entry_id"), table_name="purchasing_billed_move")
    op.drop_index(op.f("ix_purchasing_billed_move_company_id"), table_name="purchasing_billed_move")
    op.drop_index(op.f("ix_purchasing_billed_move_bill_line_id"), table_name="purchasing_billed_move")
    op.drop_table("purchasing_billed_move")
    op.drop_index(op.f("ix_purchasing_change_order_line_id"), table_name="purchasing_change")
    op.drop_index(op.f("ix_purchasing_change_order_id_id"), table_name="purchasing_change")
    op.drop_index(op.f("ix_purchasing_change_company_id"), table_name="purchasing_change")
    op.drop_table("purchasing_change")
    op.drop_index(
        "uq_purchasing_supplier_price_break",
        table_name="purchasing_supplier_price",
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(op.f("ix_purchasing_supplier_price_product_id"), table_name="purchasing_supplier_price")
    op.drop_index(op.f("ix_purchasing_supplier_price_partner_id"), table_name="purchasing_supplier_price")
    op.drop_index(op.f("ix_purchasing_supplier_price_company_id"), table_name="purchasing_supplier_price")
    op.drop_table("purchasing_supplier_price")
    op.drop_index(op.f("ix_purchasing_order_line_product_id"), table_name="purchasing_order_line")
    op.drop_index(op.f("ix_purchasing_order_line_company_id"), table_name="purchasing_order_line")
    op.drop_table("purchasing_order_line")
    op.drop_index(op.f("ix_purchasing_supplier_part_product_id"), table_name="purchasing_supplier_part")
    op.drop_index(op.f("ix_purchasing_supplier_part_company_id"), table_name="purchasing_supplier_part")
    op.drop_table("purchasing_supplier_part")
    op.drop_index(
        "ix_purchasing_order_search",
        table_name="purchasing_order",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.drop_index("ix_purchasing_order_reference_begins", table_name="purchasing_order")
    op.drop_index(op.f("ix_purchasing_order_partner_id_date"), table_name="purchasing_order")
    op.drop_index(
        "ix_purchasing_order_open", table_name="purchasing_order", postgresql_where=sa.text("state <> 'done'")
    )
    op.drop_index("ix_purchasing_order_number_begins", table_name="purchasing_order")
    op.drop_index(op.f("ix_purchasing_order_inquiry_id"), table_name="purchasing_order")
    op.drop_index(op.f("ix_purchasing_order_company_id_date_id"), table_name="purchasing_order")
    op.drop_index(op.f("ix_purchasing_order_company_id"), table_name="purchasing_order")
    op.drop_index(op.f("ix_purchasing_order_buyer_id"), table_name="purchasing_order")
    op.drop_table("purchasing_order")
    op.drop_index(op.f("ix_purchasing_inquiry_supplier_partner_id"), table_name="purchasing_inquiry_supplier")
    op.drop_table("purchasing_inquiry_supplier")
    op.drop_index(op.f("ix_purchasing_inquiry_line_product_id"), table_name="purchasing_inquiry_line")
    op.drop_index(
        op.f("ix_purchasing_inquiry_line_inquiry_id_position"), table_name="purchasing_inquiry_line"
    )
    op.drop_table("purchasing_inquiry_line")
    op.drop_index(
        "ix_purchasing_inquiry_search",
        table_name="purchasing_inquiry",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_purchasing_inquiry_company_id_date_id"), table_name="purchasing_inquiry")
    op.drop_index(op.f("ix_purchasing_inquiry_company_id"), table_name="purchasing_inquiry")
    op.drop_table("purchasing_inquiry")
