"""Keep what a distributor keeps of a part"""

import sqlalchemy as sa
from alembic import op

revision = "products_0006"
down_revision = "products_0005"


def _cleaned(column: str) -> str:
    pattern = r"[^0-9A-Za-z\u0080-\U0010FFFF]"
    return f"upper(regexp_replace(normalize({column}, NFKC) COLLATE \"C\", '{pattern}', '', 'g'))"


def upgrade() -> None:
    _create_details()
    _add_columns()
    _add_checks()


def _create_details() -> None:
    op.create_table(
        "product_attribute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("name <> '' AND value <> ''", name=op.f("ck_product_attribute_named")),
        sa.CheckConstraint("length(name) <= 1000", name=op.f("ck_product_attribute_name_length")),
        sa.CheckConstraint("length(unit) <= 1000", name=op.f("ck_product_attribute_unit_length")),
        sa.CheckConstraint("length(value) <= 1000", name=op.f("ck_product_attribute_value_length")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_attribute_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_attribute")),
    )
    op.create_index(
        "uq_product_attribute_name",
        "product_attribute",
        ["product_id", sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_table(
        "product_part_number",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="customer", nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "number_key",
            sa.Text(collation="C"),
            sa.Computed(_cleaned("number"), persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('customer', 'supplier')", name=op.f("ck_product_part_number_kind_known")
        ),
        sa.CheckConstraint("number <> ''", name=op.f("ck_product_part_number_named")),
        sa.CheckConstraint("length(number) <= 1000", name=op.f("ck_product_part_number_number_length")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_product_part_number_partner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_part_number_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_part_number")),
        sa.UniqueConstraint(
            "partner_id", "kind", "number", name=op.f("uq_product_part_number_partner_id_kind_number")
        ),
    )
    op.create_index(
        op.f("ix_product_part_number_number_key"), "product_part_number", ["number_key"], unique=False
    )
    op.create_index(
        op.f("ix_product_part_number_partner_id_number_key"),
        "product_part_number",
        ["partner_id", "number_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_product_part_number_product_id"), "product_part_number", ["product_id"], unique=False
    )
    op.create_table(
        "product_price_break",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("min_quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("unit_price", sa.Numeric(20, 6), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.CheckConstraint("min_quantity > 0", name=op.f("ck_product_price_break_quantity_positive")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_product_price_break_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_product_price_break_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_price_break_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_price_break")),
        sa.UniqueConstraint(
            "product_id",
            "currency_code",
            "min_quantity",
            name=op.f("uq_product_price_break_product_id_currency_code_min_quantity"),
        ),
    )
    op.create_table(
        "product_unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("factor", sa.Numeric(18, 4), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_product_unit_named")),
        sa.CheckConstraint("factor > 0", name=op.f("ck_product_unit_factor_positive")),
        sa.CheckConstraint("length(name) <= 1000", name=op.f("ck_product_unit_name_length")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_unit_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_unit")),
    )
    op.create_index(
        "uq_product_unit_name", "product_unit", ["product_id", sa.literal_column("lower(name)")], unique=True
    )


def _add_columns() -> None:
    op.add_column("product", sa.Column("countable", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("product", sa.Column("barcode", sa.Text(), server_default="", nullable=False))
    op.add_column("product", sa.Column("list_price", sa.Numeric(20, 6), nullable=True))
    op.add_column("product", sa.Column("list_currency_code", sa.String(length=3), nullable=True))
    op.add_column("product", sa.Column("pack_quantity", sa.Numeric(18, 4), nullable=True))
    op.add_column("product", sa.Column("min_order_quantity", sa.Numeric(18, 4), nullable=True))
    op.add_column("product", sa.Column("order_multiple", sa.Numeric(18, 4), nullable=True))
    op.add_column("product", sa.Column("lifecycle", sa.Text(), server_default="active", nullable=False))
    op.add_column("product", sa.Column("last_buy_date", sa.Date(), nullable=True))
    op.add_column("product", sa.Column("rohs", sa.Text(), server_default="unknown", nullable=False))
    op.add_column("product", sa.Column("reach", sa.Text(), server_default="unknown", nullable=False))
    op.add_column("product", sa.Column("eccn", sa.Text(), server_default="", nullable=False))
    op.add_column("product", sa.Column("hs_code", sa.Text(), server_default="", nullable=False))
    op.add_column("product", sa.Column("origin", sa.Text(), server_default="", nullable=False))
    op.add_column("product", sa.Column("moisture_level", sa.Text(), server_default="", nullable=False))
    op.add_column("product", sa.Column("datasheet_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "product",
        sa.Column(
            "code_key", sa.Text(collation="C"), sa.Computed(_cleaned("code"), persisted=True), nullable=False
        ),
    )
    op.add_column(
        "product",
        sa.Column(
            "mpn_key", sa.Text(collation="C"), sa.Computed(_cleaned("mpn"), persisted=True), nullable=False
        ),
    )
    op.add_column(
        "product",
        sa.Column(
            "barcode_key",
            sa.Text(collation="C"),
            sa.Computed(_cleaned("barcode"), persisted=True),
            nullable=False,
        ),
    )
    op.create_index("ix_product_barcode_key", "product", ["company_id", "barcode_key"], unique=False)
    op.create_index("ix_product_code_key", "product", ["company_id", "code_key"], unique=False)
    op.create_index(op.f("ix_product_datasheet_id"), "product", ["datasheet_id"], unique=False)
    op.create_index("ix_product_mpn_key", "product", ["company_id", "mpn_key"], unique=False)
    op.create_index(
        "uq_product_barcode",
        "product",
        ["company_id", "barcode"],
        unique=True,
        postgresql_where=sa.text("barcode <> ''"),
    )
    op.create_foreign_key(
        op.f("fk_product_list_currency_code"),
        "product",
        "currency",
        ["list_currency_code"],
        ["code"],
        ondelete="RESTRICT",
    )
    op.create_foreign_key(
        op.f("fk_product_datasheet_id"),
        "product",
        "attachment",
        ["datasheet_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.drop_column("product", "search_key")


def _add_checks() -> None:
    op.create_check_constraint(op.f("ck_product_barcode_length"), "product", "length(barcode) <= 1000")
    op.create_check_constraint(
        op.f("ck_product_countable_whole"),
        "product",
        "NOT countable OR ((pack_quantity IS NULL OR pack_quantity = trunc(pack_quantity)) AND (min_order_quantity IS NULL OR min_order_quantity = trunc(min_order_quantity)) AND (order_multiple IS NULL OR order_multiple = trunc(order_multiple)))",
    )
    op.create_check_constraint(op.f("ck_product_eccn_length"), "product", "length(eccn) <= 1000")
    op.create_check_constraint(op.f("ck_product_origin_length"), "product", "length(origin) <= 1000")
    op.create_check_constraint(op.f("ck_product_hs_code_length"), "product", "length(hs_code) <= 1000")
    op.create_check_constraint(
        op.f("ck_product_lifecycle_known"),
        "product",
        "lifecycle IN ('active', 'nrnd', 'last_buy', 'obsolete')",
    )
    op.create_check_constraint(
        op.f("ck_product_list_price_needs_a_currency"),
        "product",
        "list_price IS NULL OR list_currency_code IS NOT NULL",
    )
    op.create_check_constraint(op.f("ck_product_list_price_not_negative"), "product", "list_price >= 0")
    op.create_check_constraint(op.f("ck_product_min_order_positive"), "product", "min_order_quantity > 0")
    op.create_check_constraint(
        op.f("ck_product_moisture_level_known"),
        "product",
        "moisture_level IN ('', '1', '2', '2a', '3', '4', '5', '5a', '6')",
    )
    op.create_check_constraint(op.f("ck_product_multiple_positive"), "product", "order_multiple > 0")
    op.create_check_constraint(op.f("ck_product_origin_iso"), "product", "origin ~ '^([A-Z][A-Z])?$'")
    op.create_check_constraint(op.f("ck_product_pack_positive"), "product", "pack_quantity > 0")
    op.create_check_constraint(
        op.f("ck_product_reach_known"), "product", "reach IN ('unknown', 'yes', 'no', 'exempt')"
    )
    op.create_check_constraint(
        op.f("ck_product_rohs_known"), "product", "rohs IN ('unknown', 'yes', 'no', 'exempt')"
    )


def downgrade() -> None:
    _drop_checks()
    _drop_columns()
    _drop_details()


def _drop_checks() -> None:
    op.drop_constraint(op.f("ck_product_rohs_known"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_reach_known"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_pack_positive"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_origin_iso"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_multiple_positive"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_moisture_level_known"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_min_order_positive"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_list_price_not_negative"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_list_price_needs_a_currency"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_lifecycle_known"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_origin_length"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_hs_code_length"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_eccn_length"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_countable_whole"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_barcode_length"), "product", type_="check")


def _drop_columns() -> None:
    op.add_column(
        "product",
        sa.Column(
            "search_key",
            sa.Text(),
            sa.Computed(
                "upper(regexp_replace(code || ' ' || mpn, '[^[:alnum:] ]', '', 'g'))", persisted=True
            ),
            nullable=False,
        ),
    )
    op.drop_constraint(op.f("fk_product_datasheet_id"), "product", type_="foreignkey")
    op.drop_constraint(op.f("fk_product_list_currency_code"), "product", type_="foreignkey")
    op.drop_index("uq_product_barcode", table_name="product", postgresql_where=sa.text("barcode <> ''"))
    op.drop_index("ix_product_mpn_key", table_name="product")
    op.drop_index(op.f("ix_product_datasheet_id"), table_name="product")
    op.drop_index("ix_product_code_key", table_name="product")
    op.drop_index("ix_product_barcode_key", table_name="product")
    op.drop_column("product", "barcode_key")
    op.drop_column("product", "mpn_key")
    op.drop_column("product", "code_key")
    op.drop_column("product", "datasheet_id")
    op.drop_column("product", "moisture_level")
    op.drop_column("product", "origin")
    op.drop_column("product", "hs_code")
    op.drop_column("product", "eccn")
    op.drop_column("product", "reach")
    op.drop_column("product", "rohs")
    op.drop_column("product", "last_buy_date")
    op.drop_column("product", "lifecycle")
    op.drop_column("product", "order_multiple")
    op.drop_column("product", "min_order_quantity")
    op.drop_column("product", "pack_quantity")
    op.drop_column("product", "list_currency_code")
    op.drop_column("product", "list_price")
    op.drop_column("product", "barcode")
    op.drop_column("product", "countable")


def _drop_details() -> None:
    op.drop_index("uq_product_unit_name", table_name="product_unit")
    op.drop_table("product_unit")
    op.drop_table("product_price_break")
    op.drop_index(op.f("ix_product_part_number_product_id"), table_name="product_part_number")
    op.drop_index(op.f("ix_product_part_number_partner_id_number_key"), table_name="product_part_number")
    op.drop_index(op.f("ix_product_part_number_number_key"), table_name="product_part_number")
    op.drop_table("product_part_number")
    op.drop_index("uq_product_attribute_name", table_name="product_attribute")
    op.drop_table("product_attribute")
