"""Give lines a discount

In percent, of which the net is computed in one go with quantity and price.
"""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "accounting_0011"
down_revision = "accounting_0010"

LINE = "accounting_invoice_line"
CHECK = "ck_accounting_invoice_line_net_is_product"
RANGE = "ck_accounting_invoice_line_discount_is_percent"
BEFORE, NOW = "quantity * unit_price", "quantity * unit_price * (100 - discount) * 0.01"
#: Plans are kept for as long as a connection lives, and the first is made while the tables are small.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"


def upgrade() -> None:
    op.add_column(LINE, sa.Column("discount", core.db.types.Percent(), server_default="0", nullable=False))
    op.create_check_constraint(op.f(RANGE), LINE, "discount BETWEEN 0 AND 100")
    _check(NOW)
    _guard_nets("l.quantity * l.unit_price * (100 - l.discount) * 0.01")


def _check(worth: str) -> None:
    rounded = ", ".join(f"round({worth}, {digits})" for digits in (2, 1, 0))
    op.drop_constraint(op.f(CHECK), LINE, type_="check")
    op.create_check_constraint(op.f(CHECK), LINE, f"net IN ({rounded})")


def _guard_nets(worth: str) -> None:
    """As the fifth migration has it, with another rule."""
    op.execute(f"""
        CREATE OR REPLACE FUNCTION accounting_invoice_nets() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT l.net, l.quantity, l.unit_price, y.code INTO wrong
              FROM changed c JOIN before b ON b.id = c.id AND b.state <> 'posted'
              JOIN currency y ON y.code = c.currency_code
              JOIN accounting_invoice_line l ON l.invoice_id = c.id
             WHERE c.state = 'posted' AND l.net <> round({worth}, y.digits) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'the net % of a line is not % × % in the decimals of %',
                                wrong.net, wrong.quantity, wrong.unit_price, wrong.code
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_accounting_invoice_nets_are_products',
                          TABLE = 'accounting_invoice';
            END IF;
            RETURN NULL;
        END $$
    """)


def downgrade() -> None:
    _guard_nets("l.quantity * l.unit_price")
    _check(BEFORE)
    op.drop_constraint(op.f(RANGE), LINE, type_="check")
    op.drop_column(LINE, "discount")
