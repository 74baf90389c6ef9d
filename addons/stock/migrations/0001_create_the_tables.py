"""Create the tables"""

import sqlalchemy as sa
from alembic import op

revision = "stock_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "stock_warehouse",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_stock_warehouse_named")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_stock_warehouse_company_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_warehouse")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_stock_warehouse_company_id_code")),
    )
    op.create_index(op.f("ix_stock_warehouse_company_id"), "stock_warehouse", ["company_id"], unique=False)
    op.create_table(
        "stock_location",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="internal", nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column("pickable", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint(
            "(kind = 'internal') = (warehouse_id IS NOT NULL)",
            name=op.f("ck_stock_location_internal_has_warehouse"),
        ),
        sa.CheckConstraint("code <> ''", name=op.f("ck_stock_location_named")),
        sa.CheckConstraint(
            "kind IN ('internal', 'supplier', 'customer', 'loss', 'transit')",
            name=op.f("ck_stock_location_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_stock_location_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["stock_warehouse.id"],
            name=op.f("fk_stock_location_warehouse_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_location")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_stock_location_company_id_code")),
    )
    op.create_index(op.f("ix_stock_location_company_id"), "stock_location", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_stock_location_company_id_kind_id"),
        "stock_location",
        ["company_id", "kind", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_stock_location_warehouse_id"), "stock_location", ["warehouse_id"], unique=False)
    op.create_table(
        "stock_lot",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("date_code", sa.Text(), server_default="", nullable=False),
        sa.Column("maker_lot", sa.Text(), server_default="", nullable=False),
        sa.Column("full_quantity", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("received", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "date_code ~ '^([0-9]{4})?$'", name=op.f("ck_stock_lot_date_code_is_year_and_week")
        ),
        sa.CheckConstraint("number <> ''", name=op.f("ck_stock_lot_named")),
        sa.CheckConstraint("full_quantity >= 0", name=op.f("ck_stock_lot_full_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_stock_lot_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stock_lot_product_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_lot")),
        sa.UniqueConstraint("product_id", "number", name=op.f("uq_stock_lot_product_id_number")),
    )
    op.create_index(op.f("ix_stock_lot_company_id"), "stock_lot", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_stock_lot_company_id_number_id"), "stock_lot", ["company_id", "number", "id"], unique=False
    )
    op.create_index(
        "ix_stock_lot_search",
        "stock_lot",
        ["number", "maker_lot", "date_code"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "maker_lot": "gin_trgm_ops", "date_code": "gin_trgm_ops"},
    )
    op.create_table(
        "stock_worth",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.CheckConstraint(
            "quantity > 0 OR amount = 0", name=op.f("ck_stock_worth_nothing_is_worth_nothing")
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_worth_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_stock_worth_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stock_worth_product_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_worth")),
        sa.UniqueConstraint("product_id", name=op.f("uq_stock_worth_product_id")),
    )
    op.create_index(op.f("ix_stock_worth_company_id"), "stock_worth", ["company_id"], unique=False)
    op.create_table(
        "stock_balance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("on_hand", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("reserved", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "0 <= reserved AND reserved <= on_hand", name=op.f("ck_stock_balance_reserved_is_there")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_stock_balance_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["stock_location.id"],
            name=op.f("fk_stock_balance_location_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["stock_lot.id"], name=op.f("fk_stock_balance_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stock_balance_product_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_balance")),
    )
    op.create_index(op.f("ix_stock_balance_company_id"), "stock_balance", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_stock_balance_company_id_product_id_id"),
        "stock_balance",
        ["company_id", "product_id", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_stock_balance_location_id"), "stock_balance", ["location_id"], unique=False)
    op.create_index(op.f("ix_stock_balance_lot_id"), "stock_balance", ["lot_id"], unique=False)
    op.create_index(
        "uq_stock_balance_place",
        "stock_balance",
        ["product_id", "location_id", "lot_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "stock_transfer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="delivery", nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("planned", sa.Date(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("rest_of_id", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('receipt', 'delivery', 'return', 'move', 'count', 'scrap')",
            name=op.f("ck_stock_transfer_kind_known"),
        ),
        sa.CheckConstraint(
            "state <> 'done' OR (number IS NOT NULL AND date IS NOT NULL)",
            name=op.f("ck_stock_transfer_done_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'done', 'cancelled')", name=op.f("ck_stock_transfer_state_known")
        ),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_stock_transfer_goes_somewhere")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_stock_transfer_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["accounting_entry.id"],
            name=op.f("fk_stock_transfer_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["stock_location.id"], name=op.f("fk_stock_transfer_from_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_stock_transfer_partner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["rest_of_id"],
            ["stock_transfer.id"],
            name=op.f("fk_stock_transfer_rest_of_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["stock_location.id"], name=op.f("fk_stock_transfer_to_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_transfer")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_stock_transfer_company_id_number")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_stock_transfer_entry_id")),
    )
    op.create_index(op.f("ix_stock_transfer_company_id"), "stock_transfer", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_stock_transfer_company_id_planned_id"),
        "stock_transfer",
        ["company_id", "planned", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_stock_transfer_partner_id"), "stock_transfer", ["partner_id"], unique=False)
    op.create_index(
        op.f("ix_stock_transfer_rest_of_id"),
        "stock_transfer",
        ["rest_of_id"],
        unique=False,
        postgresql_where="rest_of_id IS NOT NULL",
    )
    op.create_index(
        "ix_stock_transfer_search",
        "stock_transfer",
        ["number", "reference"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.create_table(
        "stock_count",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'done')", name=op.f("ck_stock_count_state_known")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_stock_count_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["stock_location.id"],
            name=op.f("fk_stock_count_location_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["stock_transfer.id"],
            name=op.f("fk_stock_count_transfer_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_stock_count_transfer_id")),
    )
    op.create_index(op.f("ix_stock_count_company_id"), "stock_count", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_stock_count_company_id_date_id"), "stock_count", ["company_id", "date", "id"], unique=False
    )
    op.create_table(
        "stock_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="1", nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("picked", sa.Numeric(18, 4), nullable=True),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("unit_cost", sa.Numeric(20, 6), nullable=True),
        sa.Column("returns_id", sa.BigInteger(), nullable=True),
        sa.Column("split_from_id", sa.BigInteger(), nullable=True),
        sa.Column("is_lot_chosen", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_place_chosen", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'reserved', 'done', 'cancelled')", name=op.f("ck_stock_move_state_known")
        ),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_stock_move_goes_somewhere")),
        sa.CheckConstraint(
            "picked BETWEEN 0 AND quantity", name=op.f("ck_stock_move_picked_within_quantity")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_move_quantity_positive")),
        sa.CheckConstraint("unit_cost >= 0", name=op.f("ck_stock_move_unit_cost_not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_stock_move_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["stock_location.id"], name=op.f("fk_stock_move_from_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["stock_lot.id"], name=op.f("fk_stock_move_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stock_move_product_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["returns_id"], ["stock_move.id"], name=op.f("fk_stock_move_returns_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["split_from_id"],
            ["stock_move.id"],
            name=op.f("fk_stock_move_split_from_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["stock_location.id"], name=op.f("fk_stock_move_to_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["stock_transfer.id"], name=op.f("fk_stock_move_transfer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_move")),
    )
    op.create_index(op.f("ix_stock_move_company_id"), "stock_move", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_stock_move_company_id_date_id"), "stock_move", ["company_id", "date", "id"], unique=False
    )
    op.create_index(op.f("ix_stock_move_lot_id"), "stock_move", ["lot_id"], unique=False)
    op.create_index(
        "ix_stock_move_open",
        "stock_move",
        ["product_id", "date"],
        unique=False,
        postgresql_where="state IN ('planned', 'reserved')",
    )
    op.create_index(
        op.f("ix_stock_move_product_id_date_id"), "stock_move", ["product_id", "date", "id"], unique=False
    )
    op.create_index(
        op.f("ix_stock_move_returns_id"),
        "stock_move",
        ["returns_id"],
        unique=False,
        postgresql_where="returns_id IS NOT NULL",
    )
    op.create_index(
        op.f("ix_stock_move_split_from_id"),
        "stock_move",
        ["split_from_id"],
        unique=False,
        postgresql_where="split_from_id IS NOT NULL",
    )
    op.create_index(
        op.f("ix_stock_move_transfer_id_position_id"),
        "stock_move",
        ["transfer_id", "position", "id"],
        unique=False,
    )
    op.create_table(
        "stock_count_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("count_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("counted", sa.Numeric(18, 4), nullable=False),
        sa.Column("expected", sa.Numeric(18, 4), nullable=True),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_stock_count_line_counted_not_negative")),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stock_count.id"], name=op.f("fk_stock_count_line_count_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["stock_lot.id"], name=op.f("fk_stock_count_line_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stock_count_line_product_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count_line")),
    )
    op.create_index(
        op.f("ix_stock_count_line_count_id_position"),
        "stock_count_line",
        ["count_id", "position"],
        unique=False,
    )
    op.create_table(
        "stock_value",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("taken", sa.Numeric(18, 4), server_default="0", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('receipt', 'issue', 'landed_cost', 'repricing', 'count', 'rounding')",
            name=op.f("ck_stock_value_kind_known"),
        ),
        sa.CheckConstraint(
            "taken BETWEEN 0 AND greatest(quantity, 0)", name=op.f("ck_stock_value_taken_was_there")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_stock_value_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["accounting_entry.id"], name=op.f("fk_stock_value_entry_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["move_id"], ["stock_move.id"], name=op.f("fk_stock_value_move_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stock_value_product_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_value")),
    )
    op.create_index(op.f("ix_stock_value_company_id"), "stock_value", ["company_id"], unique=False)
    op.create_index(
        op.f("ix_stock_value_company_id_date_id"), "stock_value", ["company_id", "date", "id"], unique=False
    )
    op.create_index(op.f("ix_stock_value_entry_id"), "stock_value", ["entry_id"], unique=False)
    op.create_index(
        "ix_stock_value_layer",
        "stock_value",
        ["product_id", "id"],
        unique=False,
        postgresql_where="taken < quantity",
    )
    op.create_index(op.f("ix_stock_value_move_id"), "stock_value", ["move_id"], unique=False)
    op.create_index(
        op.f("ix_stock_value_product_id_date_id"), "stock_value", ["product_id", "date", "id"], unique=False
    )
    op.create_table(
        "stock_layer_take",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_layer_take_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["stock_value.id"], name=op.f("fk_stock_layer_take_issue_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["stock_value.id"], name=op.f("fk_stock_layer_take_layer_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_layer_take")),
    )
    op.create_index(op.f("ix_stock_layer_take_issue_id"), "stock_layer_take", ["issue_id"], unique=False)
    op.create_index(op.f("ix_stock_layer_take_layer_id"), "stock_layer_take", ["layer_id"], unique=False)
    op.add_column("company", sa.Column("cost_method", sa.Text(), server_default="fifo", nullable=False))
    op.create_check_constraint(
        op.f("ck_company_cost_method_known"), "company", "cost_method IN ('fifo', 'average')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_company_cost_method_known"), "company", type_="check")
    op.drop_column("company", "cost_method")
    op.drop_index(op.f("ix_stock_layer_take_layer_id"), table_name="stock_layer_take")
    op.drop_index(op.f("ix_stock_layer_take_issue_id"), table_name="stock_layer_take")
    op.drop_table("stock_layer_take")
    op.drop_index(op.f("ix_stock_value_product_id_date_id"), table_name="stock_value")
    op.drop_index(op.f("ix_stock_value_move_id"), table_name="stock_value")
    op.drop_index("ix_stock_value_layer", table_name="stock_value", postgresql_where="taken < quantity")
    op.drop_index(op.f("ix_stock_value_entry_id"), table_name="stock_value")
    op.drop_index(op.f("ix_stock_value_company_id_date_id"), table_name="stock_value")
    op.drop_index(op.f("ix_stock_value_company_id"), table_name="stock_value")
    op.drop_table("stock_value")
    op.drop_index(op.f("ix_stock_count_line_count_id_position"), table_name="stock_count_line")
    op.drop_table("stock_count_line")
    op.drop_index(op.f("ix_stock_move_transfer_id_position_id"), table_name="stock_move")
    op.drop_index(
        op.f("ix_stock_move_split_from_id"),
        table_name="stock_move",
        postgresql_where="split_from_id IS NOT NULL",
    )
    op.drop_index(
        op.f("ix_stock_move_returns_id"), table_name="stock_move", postgresql_where="returns_id IS NOT NULL"
    )
    op.drop_index(op.f("ix_stock_move_product_id_date_id"), table_name="stock_move")
    op.drop_index(
        "ix_stock_move_open", table_name="stock_move", postgresql_where="state IN ('planned', 'reserved')"
    )
    op.drop_index(op.f("ix_stock_move_lot_id"), table_name="stock_move")
    op.drop_index(op.f("ix_stock_move_company_id_date_id"), table_name="stock_move")
    op.drop_index(op.f("ix_stock_move_company_id"), table_name="stock_move")
    op.drop_table("stock_move")
    op.drop_index(op.f("ix_stock_count_company_id_date_id"), table_name="stock_count")
    op.drop_index(op.f("ix_stock_count_company_id"), table_name="stock_count")
    op.drop_table("stock_count")
    op.drop_index(
        "ix_stock_transfer_search",
        table_name="stock_transfer",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.drop_index(
        op.f("ix_stock_transfer_rest_of_id"),
        table_name="stock_transfer",
        postgresql_where="rest_of_id IS NOT NULL",
    )
    op.drop_index(op.f("ix_stock_transfer_partner_id"), table_name="stock_transfer")
    op.drop_index(op.f("ix_stock_transfer_company_id_planned_id"), table_name="stock_transfer")
    op.drop_index(op.f("ix_stock_transfer_company_id"), table_name="stock_transfer")
    op.drop_table("stock_transfer")
    op.drop_index("uq_stock_balance_place", table_name="stock_balance", postgresql_nulls_not_distinct=True)
    op.drop_index(op.f("ix_stock_balance_lot_id"), table_name="stock_balance")
    op.drop_index(op.f("ix_stock_balance_location_id"), table_name="stock_balance")
    op.drop_index(op.f("ix_stock_balance_company_id_product_id_id"), table_name="stock_balance")
    op.drop_index(op.f("ix_stock_balance_company_id"), table_name="stock_balance")
    op.drop_table("stock_balance")
    op.drop_index(op.f("ix_stock_worth_company_id"), table_name="stock_worth")
    op.drop_table("stock_worth")
    op.drop_index(
        "ix_stock_lot_search",
        table_name="stock_lot",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "maker_lot": "gin_trgm_ops", "date_code": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_stock_lot_company_id_number_id"), table_name="stock_lot")
    op.drop_index(op.f("ix_stock_lot_company_id"), table_name="stock_lot")
    op.drop_table("stock_lot")
    op.drop_index(op.f("ix_stock_location_warehouse_id"), table_name="stock_location")
    op.drop_index(op.f("ix_stock_location_company_id_kind_id"), table_name="stock_location")
    op.drop_index(op.f("ix_stock_location_company_id"), table_name="stock_location")
    op.drop_table("stock_location")
    op.drop_index(op.f("ix_stock_warehouse_company_id"), table_name="stock_warehouse")
    op.drop_table("stock_warehouse")
