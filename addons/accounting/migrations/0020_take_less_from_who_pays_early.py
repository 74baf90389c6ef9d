"""Take less from whoever pays early

Terms may give a discount for some days; documents and their open items keep how much, and until when. What was posted
before gives none. The two accounts that discounts are booked to are made where their codes are free.
"""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "accounting_0020"
down_revision = "accounting_0019"

MONEY, PERCENT = core.db.types.Money(), core.db.types.Percent()
#: (table, column, type, default) of what is added.
COLUMNS = (
    ("accounting_payment_term", "discount", PERCENT, "0"),
    ("accounting_payment_term", "discount_days", sa.Integer(), "0"),
    ("accounting_invoice", "early_discount", PERCENT, "0"),
    ("accounting_invoice", "discount_until", sa.Date(), None),
    ("accounting_bill", "early_discount", PERCENT, "0"),
    ("accounting_bill", "discount_until", sa.Date(), None),
    ("accounting_open_item", "discount", MONEY, "0"),
    ("accounting_open_item", "discount_until", sa.Date(), None),
    ("accounting_payment", "discount", MONEY, "0"),
    ("accounting_payment_line", "discount", MONEY, "0"),
)
PERCENTAGE = "{0} >= 0 AND {0} < 100"
CHECKS = (
    ("accounting_payment_term", "discount_is_percent", PERCENTAGE.format("discount")),
    ("accounting_payment_term", "discount_days_in_range", "discount_days BETWEEN 0 AND 366"),
    ("accounting_invoice", "early_discount_is_percent", PERCENTAGE.format("early_discount")),
    ("accounting_invoice", "discount_after_date", "discount_until >= date"),
    ("accounting_bill", "early_discount_is_percent", PERCENTAGE.format("early_discount")),
    ("accounting_bill", "discount_after_date", "discount_until >= date"),
    ("accounting_payment", "discount_not_negative", "discount >= 0"),
    ("accounting_payment_line", "discount_not_negative", "discount >= 0"),
)
#: Table → (columns that stay, when, what is said).
POSTED = "posted documents never change: reverse this one and make a new one"
STAY = {
    "accounting_invoice": ("early_discount, discount_until", "OLD.state = 'posted' AND", POSTED),
    "accounting_bill": ("early_discount, discount_until", "OLD.state = 'posted' AND", POSTED),
    "accounting_payment": ("discount", "OLD.state = 'posted' AND", POSTED),
    "accounting_open_item": ("discount, discount_until", "", "open items change only through allocations"),
}
PURPOSE = "ck_accounting_account_purpose_known"
BEFORE = (
    "'receivable', 'payable', 'bank', 'sales', 'tax', 'exchange_difference', 'rounding', 'retained_earnings', "
    "'inventory', 'goods_received', 'goods_shipped', 'cost_of_goods_sold', 'inventory_difference', "
    "'purchases', 'input_tax', 'price_difference', 'supplier_claims', 'accrued_landed_cost'"
)
ACCOUNTS = (
    ("4900", "Discounts allowed", "income", "discount_allowed"),
    ("5920", "Discounts received", "expense", "discount_received"),
)


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        op.add_column(table, sa.Column(name, kind, server_default=default, nullable=default is None))
    for table, name, rule in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)
    for table, (columns, when, words) in STAY.items():
        _stay(table, columns.split(", "), when, words)
    _know(f"{BEFORE}, 'discount_allowed', 'discount_received'")
    for account in ACCOUNTS:
        values = ", ".join(f"'{value}'" for value in account)
        op.execute(f"""
            INSERT INTO accounting_account (company_id, code, name, kind, purpose)
            SELECT DISTINCT company_id, {values} FROM accounting_account
            ON CONFLICT (company_id, code) DO NOTHING
        """)


def _stay(table: str, columns: list[str], when: str, words: str) -> None:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE TRIGGER {table}_discount_stays BEFORE UPDATE ON {table} FOR EACH ROW
        WHEN ({when} ({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION refuse_change('{words}')
    """)


def _know(purposes: str) -> None:
    name = op.f(PURPOSE)
    op.drop_constraint(name, "accounting_account", type_="check")
    op.create_check_constraint(name, "accounting_account", f"purpose IN ({purposes})")


def downgrade() -> None:
    # The accounts stay: entries may stand on them.
    op.execute(
        "UPDATE accounting_account SET purpose = NULL WHERE purpose IN ('discount_allowed', 'discount_received')"
    )
    _know(BEFORE)
    for table in STAY:
        op.execute(f"DROP TRIGGER {table}_discount_stays ON {table}")
    for table, name, _rule in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    for table, name, _kind, _default in COLUMNS:
        op.drop_column(table, name)
