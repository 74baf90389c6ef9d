"""Know what is owed to suppliers"""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "accounting_0013"
down_revision = "accounting_0012"


def upgrade() -> None:
    op.create_table(
        "accounting_bill",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="bill", nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(20, 10), nullable=True),
        sa.Column("reference", core.db.types.Line(), server_default="", nullable=False),
        sa.Column(
            "reference_key",
            sa.Text(collation="C"),
            sa.Computed(
                "upper(regexp_replace(normalize(reference, NFKC) COLLATE \"C\", '[^0-9A-Za-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u1FFF\\u2C00-\\u2DFF\\u3040-\\U0010FFFF]', '', 'g'))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("external_id", core.db.types.Line(), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("net", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("tax", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("total", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("taken_back", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('bill', 'credit_note')", name=op.f("ck_accounting_bill_kind_known")),
        sa.CheckConstraint(
            "reverses_id IS NULL OR kind = 'credit_note'",
            name=op.f("ck_accounting_bill_credit_note_reverses"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (number IS NOT NULL AND entry_id IS NOT NULL AND posted_at IS NOT NULL AND exchange_rate IS NOT NULL)",
            name=op.f("ck_accounting_bill_posted_is_complete"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR reference <> ''", name=op.f("ck_accounting_bill_posted_has_reference")
        ),
        sa.CheckConstraint("state IN ('draft', 'posted')", name=op.f("ck_accounting_bill_state_known")),
        sa.CheckConstraint("due_date >= date", name=op.f("ck_accounting_bill_due_after_date")),
        sa.CheckConstraint("exchange_rate > 0", name=op.f("ck_accounting_bill_rate_positive")),
        sa.CheckConstraint("length(external_id) <= 1000", name=op.f("ck_accounting_bill_external_id_length")),
        sa.CheckConstraint("length(reference) <= 1000", name=op.f("ck_accounting_bill_reference_length")),
        sa.CheckConstraint("total = net + tax", name=op.f("ck_accounting_bill_total_adds_up")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_accounting_bill_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_accounting_bill_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["accounting_entry.id"],
            name=op.f("fk_accounting_bill_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_accounting_bill_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["accounting_bill.id"],
            name=op.f("fk_accounting_bill_reverses_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_bill")),
        sa.UniqueConstraint(
            "company_id", "external_id", name=op.f("uq_accounting_bill_company_id_external_id")
        ),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_accounting_bill_company_id_number")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_accounting_bill_entry_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_accounting_bill_reverses_id")),
    )
    op.create_index(op.f("ix_accounting_bill_company_id"), "accounting_bill", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_accounting_bill_company_id_date_id"),
        "accounting_bill",
        ["company_id", "date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_accounting_bill_draft",
        "accounting_bill",
        ["company_id"],
        unique=False,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "ix_accounting_bill_number_begins",
        "accounting_bill",
        ["company_id", sa.literal_column('lower(number COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        op.f("ix_accounting_bill_partner_id_date"), "accounting_bill", ["partner_id", "date"], unique=False
    )
    op.create_index(
        "ix_accounting_bill_reference_begins",
        "accounting_bill",
        ["company_id", sa.literal_column('lower(reference COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        "ix_accounting_bill_reference_key", "accounting_bill", ["company_id", "reference_key"], unique=False
    )
    op.create_index(
        "ix_accounting_bill_search",
        "accounting_bill",
        ["number", "reference"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.create_index(
        "uq_accounting_bill_reference",
        "accounting_bill",
        ["company_id", "partner_id", "kind", "reference_key"],
        unique=True,
        postgresql_where=sa.text("reference_key <> '' AND reverses_id IS NULL AND NOT taken_back"),
    )
    op.create_table(
        "accounting_netting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(20, 10), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state = 'draft' OR (number IS NOT NULL AND entry_id IS NOT NULL AND posted_at IS NOT NULL AND exchange_rate IS NOT NULL)",
            name=op.f("ck_accounting_netting_posted_is_complete"),
        ),
        sa.CheckConstraint("state IN ('draft', 'posted')", name=op.f("ck_accounting_netting_state_known")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_accounting_netting_amount_positive")),
        sa.CheckConstraint("exchange_rate > 0", name=op.f("ck_accounting_netting_rate_positive")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_accounting_netting_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_accounting_netting_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["accounting_entry.id"],
            name=op.f("fk_accounting_netting_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_accounting_netting_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["accounting_netting.id"],
            name=op.f("fk_accounting_netting_reverses_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_netting")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_accounting_netting_company_id_number")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_accounting_netting_entry_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_accounting_netting_reverses_id")),
    )
    op.create_index(
        op.f("ix_accounting_netting_company_id"), "accounting_netting", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_accounting_netting_company_id_date_id"),
        "accounting_netting",
        ["company_id", "date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_accounting_netting_number_begins",
        "accounting_netting",
        ["company_id", sa.literal_column('lower(number COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        op.f("ix_accounting_netting_partner_id_date"),
        "accounting_netting",
        ["partner_id", "date"],
        unique=False,
    )
    op.create_index(
        "ix_accounting_netting_search",
        "accounting_netting",
        ["number"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.create_table(
        "accounting_bill_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bill_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("description", core.db.types.Line(), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("unit_price", sa.Numeric(20, 6), nullable=False),
        sa.Column("discount", sa.Numeric(7, 4), server_default="0", nullable=False),
        sa.Column("tax_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("net", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.CheckConstraint(
            "discount BETWEEN 0 AND 100", name=op.f("ck_accounting_bill_line_discount_is_percent")
        ),
        sa.CheckConstraint(
            "length(description) <= 1000", name=op.f("ck_accounting_bill_line_description_length")
        ),
        sa.CheckConstraint(
            "net IN (round(quantity * unit_price * (100 - discount) * 0.01, 2), round(quantity * unit_price * (100 - discount) * 0.01, 1), round(quantity * unit_price * (100 - discount) * 0.01, 0))",
            name=op.f("ck_accounting_bill_line_net_is_product"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounting_account.id"],
            name=op.f("fk_accounting_bill_line_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["bill_id"],
            ["accounting_bill.id"],
            name=op.f("fk_accounting_bill_line_bill_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_accounting_bill_line_product_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tax_id"],
            ["accounting_tax.id"],
            name=op.f("fk_accounting_bill_line_tax_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_bill_line")),
        sa.UniqueConstraint("bill_id", "position", name=op.f("uq_accounting_bill_line_bill_id_position")),
    )
    op.create_index(
        op.f("ix_accounting_bill_line_product_id"), "accounting_bill_line", ["product_id"], unique=False
    )
    op.create_table(
        "accounting_bill_tax",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bill_id", sa.BigInteger(), nullable=False),
        sa.Column("tax_id", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.Numeric(18, 2), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.ForeignKeyConstraint(
            ["bill_id"],
            ["accounting_bill.id"],
            name=op.f("fk_accounting_bill_tax_bill_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tax_id"], ["accounting_tax.id"], name=op.f("fk_accounting_bill_tax_tax_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_bill_tax")),
        sa.UniqueConstraint("bill_id", "tax_id", name=op.f("uq_accounting_bill_tax_bill_id_tax_id")),
    )
    op.add_column(
        "accounting_payment", sa.Column("side", sa.Text(), server_default="receivable", nullable=False)
    )
    op.add_column("accounting_tax", sa.Column("input_account_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_accounting_tax_input_account_id"),
        "accounting_tax",
        "accounting_account",
        ["input_account_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.add_column("partner", sa.Column("supplier_term_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_partner_supplier_term_id"), "partner", ["supplier_term_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_partner_supplier_term_id"),
        "partner",
        "accounting_payment_term",
        ["supplier_term_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.create_check_constraint(
        op.f("ck_accounting_payment_side_known"), "accounting_payment", "side IN ('receivable', 'payable')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_accounting_payment_side_known"), "accounting_payment", type_="check")
    op.drop_constraint(op.f("fk_partner_supplier_term_id"), "partner", type_="foreignkey")
    op.drop_index(op.f("ix_partner_supplier_term_id"), table_name="partner")
    op.drop_column("partner", "supplier_term_id")
    op.drop_constraint(op.f("fk_accounting_tax_input_account_id"), "accounting_tax", type_="foreignkey")
    op.drop_column("accounting_tax", "input_account_id")
    op.drop_column("accounting_payment", "side")
    op.drop_table("accounting_bill_tax")
    op.drop_index(op.f("ix_accounting_bill_line_product_id"), table_name="accounting_bill_line")
    op.drop_table("accounting_bill_line")
    op.drop_index(
        "ix_accounting_netting_search",
        table_name="accounting_netting",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_accounting_netting_partner_id_date"), table_name="accounting_netting")
    op.drop_index("ix_accounting_netting_number_begins", table_name="accounting_netting")
    op.drop_index(op.f("ix_accounting_netting_company_id_date_id"), table_name="accounting_netting")
    op.drop_index(op.f("ix_accounting_netting_company_id"), table_name="accounting_netting")
    op.drop_table("accounting_netting")
    op.drop_index(
        "uq_accounting_bill_reference",
        table_name="accounting_bill",
        postgresql_where=sa.text("reference_key <> '' AND reverses_id IS NULL AND NOT taken_back"),
    )
    op.drop_index(
        "ix_accounting_bill_search",
        table_name="accounting_bill",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.drop_index("ix_accounting_bill_reference_key", table_name="accounting_bill")
    op.drop_index("ix_accounting_bill_reference_begins", table_name="accounting_bill")
    op.drop_index(op.f("ix_accounting_bill_partner_id_date"), table_name="accounting_bill")
    op.drop_index("ix_accounting_bill_number_begins", table_name="accounting_bill")
    op.drop_index(
        "ix_accounting_bill_draft", table_name="accounting_bill", postgresql_where=sa.text("state = 'draft'")
    )
    op.drop_index(op.f("ix_accounting_bill_company_id_date_id"), table_name="accounting_bill")
    op.drop_index(op.f("ix_accounting_bill_company_id"), table_name="accounting_bill")
    op.drop_table("accounting_bill")
