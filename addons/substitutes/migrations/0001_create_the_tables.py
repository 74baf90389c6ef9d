"""Create the tables"""

import sqlalchemy as sa
from alembic import op

revision = "substitutes_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "substitute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("substitute_id", sa.BigInteger(), nullable=False),
        sa.Column("both_ways", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("rank", sa.Integer(), server_default="10", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("condition", sa.Text(), server_default="", nullable=False),
        sa.Column("fit", sa.Text(), server_default="drop_in", nullable=False),
        sa.Column("state", sa.Text(), server_default="proposed", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "fit IN ('drop_in', 'same_footprint', 'needs_change')", name=op.f("ck_substitute_fit_known")
        ),
        sa.CheckConstraint(
            "state = 'proposed' OR decided_at IS NOT NULL", name=op.f("ck_substitute_decided_once")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'refused')", name=op.f("ck_substitute_state_known")
        ),
        sa.CheckConstraint("length(condition) <= 1000", name=op.f("ck_substitute_condition_length")),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_substitute_reason_length")),
        sa.CheckConstraint("length(source) <= 1000", name=op.f("ck_substitute_source_length")),
        sa.CheckConstraint("product_id <> substitute_id", name=op.f("ck_substitute_not_itself")),
        sa.CheckConstraint("rank BETWEEN 1 AND 999", name=op.f("ck_substitute_rank_in_range")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_substitute_valid_from_before_until")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_substitute_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_substitute_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["attachment.id"], name=op.f("fk_substitute_evidence_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_substitute_product_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["product.id"], name=op.f("fk_substitute_substitute_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute")),
        sa.UniqueConstraint(
            "product_id", "substitute_id", name=op.f("uq_substitute_product_id_substitute_id")
        ),
    )
    op.create_index(op.f("ix_substitute_company_id"), "substitute", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_substitute_company_id_state_id"), "substitute", ["company_id", "state", "id"], unique=False
    )
    op.create_index(op.f("ix_substitute_evidence_id"), "substitute", ["evidence_id"], unique=False)
    op.create_index(
        op.f("ix_substitute_substitute_id_product_id"),
        "substitute",
        ["substitute_id", "product_id"],
        unique=False,
    )
    op.create_table(
        "substitute_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("substitute_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="never", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('never', 'allowed', 'ask')", name=op.f("ck_substitute_rule_kind_known")),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_substitute_rule_note_length")),
        sa.CheckConstraint("substitute_id <> product_id", name=op.f("ck_substitute_rule_not_itself")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_substitute_rule_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_substitute_rule_partner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_substitute_rule_product_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["product.id"],
            name=op.f("fk_substitute_rule_substitute_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute_rule")),
    )
    op.create_index(op.f("ix_substitute_rule_company_id"), "substitute_rule", ["company_id"], unique=False)
    op.create_index(op.f("ix_substitute_rule_product_id"), "substitute_rule", ["product_id"], unique=False)
    op.create_index(
        op.f("ix_substitute_rule_substitute_id"), "substitute_rule", ["substitute_id"], unique=False
    )
    op.create_index(
        "uq_substitute_rule_part",
        "substitute_rule",
        ["partner_id", "product_id", "substitute_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "substitute_choice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("substitute_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="accepted", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(20, 6), nullable=True),
        sa.Column("original_price", sa.Numeric(20, 6), nullable=True),
        sa.Column("original_price_origin", sa.Text(), server_default="", nullable=False),
        sa.Column("original_discount", sa.Numeric(7, 4), server_default="0", nullable=False),
        sa.Column("consent_because", sa.Text(), server_default="", nullable=False),
        sa.Column("complaint", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "outcome <> 'refused' OR reason <> ''", name=op.f("ck_substitute_choice_refused_for_a_reason")
        ),
        sa.CheckConstraint(
            "outcome = 'refused' OR substitute_id IS NOT NULL",
            name=op.f("ck_substitute_choice_taken_is_named"),
        ),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'refused', 'taken_back')",
            name=op.f("ck_substitute_choice_outcome_known"),
        ),
        sa.CheckConstraint("length(complaint) <= 1000", name=op.f("ck_substitute_choice_complaint_length")),
        sa.CheckConstraint(
            "length(consent_because) <= 1000", name=op.f("ck_substitute_choice_consent_because_length")
        ),
        sa.CheckConstraint(
            "length(original_price_origin) <= 1000",
            name=op.f("ck_substitute_choice_original_price_origin_length"),
        ),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_substitute_choice_reason_length")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_substitute_choice_quantity_positive")),
        sa.CheckConstraint("substitute_id <> product_id", name=op.f("ck_substitute_choice_not_itself")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_substitute_choice_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_substitute_choice_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_substitute_choice_order_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["sales_order_line.id"],
            name=op.f("fk_substitute_choice_order_line_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_substitute_choice_partner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_substitute_choice_product_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["product.id"],
            name=op.f("fk_substitute_choice_substitute_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_substitute_choice_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute_choice")),
    )
    op.create_index(
        op.f("ix_substitute_choice_company_id"), "substitute_choice", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_substitute_choice_company_id_at_id"),
        "substitute_choice",
        ["company_id", "at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_substitute_choice_order_id"), "substitute_choice", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_substitute_choice_order_line_id"), "substitute_choice", ["order_line_id"], unique=False
    )
    op.create_index(
        op.f("ix_substitute_choice_partner_id_product_id_substitute_id"),
        "substitute_choice",
        ["partner_id", "product_id", "substitute_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_substitute_choice_product_id"), "substitute_choice", ["product_id"], unique=False
    )
    op.create_index(
        op.f("ix_substitute_choice_substitute_id"), "substitute_choice", ["substitute_id"], unique=False
    )
    op.add_column("partner", sa.Column("substitution", sa.Text(), server_default="free", nullable=False))
    op.add_column("sales_order_line", sa.Column("original_product_id", sa.BigInteger(), nullable=True))
    op.create_index(
        op.f("ix_sales_order_line_original_product_id"),
        "sales_order_line",
        ["original_product_id"],
        unique=False,
        postgresql_where="original_product_id IS NOT NULL",
    )
    op.create_foreign_key(
        op.f("fk_sales_order_line_original_product_id"),
        "sales_order_line",
        "product",
        ["original_product_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.create_check_constraint(
        op.f("ck_partner_substitution_known"), "partner", "substitution IN ('free', 'ask', 'never')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_partner_substitution_known"), "partner", type_="check")
    op.drop_constraint(
        op.f("fk_sales_order_line_original_product_id"), "sales_order_line", type_="foreignkey"
    )
    op.drop_index(
        op.f("ix_sales_order_line_original_product_id"),
        table_name="sales_order_line",
        postgresql_where="original_product_id IS NOT NULL",
    )
    op.drop_column("sales_order_line", "original_product_id")
    op.drop_column("partner", "substitution")
    op.drop_index(op.f("ix_substitute_choice_substitute_id"), table_name="substitute_choice")
    op.drop_index(op.f("ix_substitute_choice_product_id"), table_name="substitute_choice")
    op.drop_index(
        op.f("ix_substitute_choice_partner_id_product_id_substitute_id"), table_name="substitute_choice"
    )
    op.drop_index(op.f("ix_substitute_choice_order_line_id"), table_name="substitute_choice")
    op.drop_index(op.f("ix_substitute_choice_order_id"), table_name="substitute_choice")
    op.drop_index(op.f("ix_substitute_choice_company_id_at_id"), table_name="substitute_choice")
    op.drop_index(op.f("ix_substitute_choice_company_id"), table_name="substitute_choice")
    op.drop_table("substitute_choice")
    op.drop_index("uq_substitute_rule_part", table_name="substitute_rule", postgresql_nulls_not_distinct=True)
    op.drop_index(op.f("ix_substitute_rule_substitute_id"), table_name="substitute_rule")
    op.drop_index(op.f("ix_substitute_rule_product_id"), table_name="substitute_rule")
    op.drop_index(op.f("ix_substitute_rule_company_id"), table_name="substitute_rule")
    op.drop_table("substitute_rule")
    op.drop_index(op.f("ix_substitute_substitute_id_product_id"), table_name="substitute")
    op.drop_index(op.f("ix_substitute_evidence_id"), table_name="substitute")
    op.drop_index(op.f("ix_substitute_company_id_state_id"), table_name="substitute")
    op.drop_index(op.f("ix_substitute_company_id"), table_name="substitute")
    op.drop_table("substitute")
