"""Give accrued landed cost an account

Freight and duty that goods cost stand on it until whoever asks for them has billed. A chart that is there already gets
it too; where its code is taken, the account is left out, and whoever needs it is told to set its
purpose on one.
"""

from alembic import op

revision = "accounting_0017"
down_revision = "accounting_0016"

CHECK = "ck_accounting_account_purpose_known"
BEFORE = (
    "'receivable', 'payable', 'bank', 'sales', 'tax', 'exchange_difference', 'rounding', 'retained_earnings', "
    "'inventory', 'goods_received', 'goods_shipped', 'cost_of_goods_sold', 'inventory_difference', "
    "'purchases', 'input_tax', 'price_difference', 'supplier_claims'"
)


def upgrade() -> None:
    _know(f"{BEFORE}, 'accrued_landed_cost'")
    op.execute("""
        INSERT INTO accounting_account (company_id, code, name, kind, purpose)
        SELECT DISTINCT company_id, '2160', 'Accrued landed cost', 'liability', 'accrued_landed_cost'
          FROM accounting_account ON CONFLICT (company_id, code) DO NOTHING
    """)


def downgrade() -> None:
    # The account stays: entries may stand on it.
    op.execute("UPDATE accounting_account SET purpose = NULL WHERE purpose = 'accrued_landed_cost'")
    _know(BEFORE)


def _know(purposes: str) -> None:
    name = op.f(CHECK)
    op.drop_constraint(name, "accounting_account", type_="check")
    op.create_check_constraint(name, "accounting_account", f"purpose IN ({purposes})")
