"""Bound what people write"""

from alembic import op

revision = "stock_0003"
down_revision = "stock_0002"


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_stock_warehouse_code_length"), "stock_warehouse", "length(code) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_stock_warehouse_name_length"), "stock_warehouse", "length(name) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_stock_location_code_length"), "stock_location", "length(code) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_stock_lot_date_code_length"), "stock_lot", "length(date_code) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_stock_lot_maker_lot_length"), "stock_lot", "length(maker_lot) <= 1000"
    )
    op.create_check_constraint(op.f("ck_stock_lot_number_length"), "stock_lot", "length(number) <= 1000")
    op.create_check_constraint(
        op.f("ck_stock_transfer_reference_length"), "stock_transfer", "length(reference) <= 1000"
    )
    op.create_check_constraint(op.f("ck_stock_count_note_length"), "stock_count", "length(note) <= 1000")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_stock_count_note_length"), "stock_count", type_="check")
    op.drop_constraint(op.f("ck_stock_transfer_reference_length"), "stock_transfer", type_="check")
    op.drop_constraint(op.f("ck_stock_lot_number_length"), "stock_lot", type_="check")
    op.drop_constraint(op.f("ck_stock_lot_maker_lot_length"), "stock_lot", type_="check")
    op.drop_constraint(op.f("ck_stock_lot_date_code_length"), "stock_lot", type_="check")
    op.drop_constraint(op.f("ck_stock_location_code_length"), "stock_location", type_="check")
    op.drop_constraint(op.f("ck_stock_warehouse_name_length"), "stock_warehouse", type_="check")
    op.drop_constraint(op.f("ck_stock_warehouse_code_length"), "stock_warehouse", type_="check")
