"""Give goods their accounts

A chart that is there already gets them too. Where one of the codes is taken, the account is left out: whoever
needs it is told to set its purpose on one.
"""

from alembic import op

revision = "accounting_0010"
down_revision = "accounting_0009"

CHECK = "ck_accounting_account_purpose_known"
BEFORE = (
    "'receivable', 'payable', 'bank', 'sales', 'tax', 'exchange_difference', 'rounding', 'retained_earnings'"
)
GOODS = "'inventory', 'goods_received', 'goods_shipped', 'cost_of_goods_sold', 'inventory_difference'"
ACCOUNTS = (
    ("1300", "Inventory", "asset", "inventory"),
    ("1350", "Goods shipped, not invoiced", "asset", "goods_shipped"),
    ("2150", "Goods received, not billed", "liability", "goods_received"),
    ("5000", "Cost of goods sold", "expense", "cost_of_goods_sold"),
    ("5900", "Inventory differences", "expense", "inventory_difference"),
)


def upgrade() -> None:
    _know(f"{BEFORE}, {GOODS}")
    for account in ACCOUNTS:
        values = ", ".join(f"'{value}'" for value in account)
        op.execute(f"""
            INSERT INTO accounting_account (company_id, code, name, kind, purpose)
            SELECT DISTINCT company_id, {values} FROM accounting_account
            ON CONFLICT (company_id, code) DO NOTHING
        """)


def downgrade() -> None:
    # The accounts stay: entries may stand on them.
    op.execute(f"UPDATE accounting_account SET purpose = NULL WHERE purpose IN ({GOODS})")
    _know(BEFORE)


def _know(purposes: str) -> None:
    name = op.f(CHECK)
    op.drop_constraint(name, "accounting_account", type_="check")
    op.create_check_constraint(name, "accounting_account", f"purpose IN ({purposes})")
