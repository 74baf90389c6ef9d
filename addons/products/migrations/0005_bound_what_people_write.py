"""Bound what people write"""

from alembic import op

revision = "products_0005"
down_revision = "products_0004"


def upgrade() -> None:
    op.create_check_constraint(op.f("ck_maker_name_length"), "maker", "length(name) <= 1000")
    op.create_check_constraint(op.f("ck_product_code_length"), "product", "length(code) <= 1000")
    op.create_check_constraint(
        op.f("ck_product_description_length"), "product", "length(description) <= 1000"
    )
    op.create_check_constraint(op.f("ck_product_mpn_length"), "product", "length(mpn) <= 1000")
    op.create_check_constraint(op.f("ck_product_unit_length"), "product", "length(unit) <= 1000")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_product_unit_length"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_mpn_length"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_description_length"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_code_length"), "product", type_="check")
    op.drop_constraint(op.f("ck_maker_name_length"), "maker", type_="check")
