"""Give open items a side

What is there is all receivable. An allocation names the side as it names partner and currency: what a customer
owes and what a supplier is owed can't settle each other.
"""

import sqlalchemy as sa
from alembic import op

revision = "accounting_0012"
down_revision = "accounting_0011"

ITEM, ALLOCATION = "accounting_open_item", "accounting_allocation"
KNOWN = "ck_accounting_open_item_side_known"
KEYS = {"fk_allocation_debit": "debit_id", "fk_allocation_credit": "credit_id"}
BEFORE, NOW = (
    ("company_id", "partner_id", "currency_code"),
    ("company_id", "partner_id", "side", "currency_code"),
)
STAYS = "entry_line_id, document, number, reference, date, due_date, exchange_rate, amount, company_amount"


def upgrade() -> None:
    for table in (ITEM, ALLOCATION):
        op.add_column(table, sa.Column("side", sa.Text(), server_default="receivable", nullable=False))
    op.create_check_constraint(op.f(KNOWN), ITEM, "side IN ('receivable', 'payable')")
    _own(NOW)
    _stay(NOW)


def _own(owner: tuple[str, ...]) -> None:
    for name in KEYS:
        op.drop_constraint(name, ALLOCATION, type_="foreignkey")
    op.drop_constraint("uq_open_item_owner", ITEM, type_="unique")
    op.create_unique_constraint("uq_open_item_owner", ITEM, ["id", *owner])
    for name, column in KEYS.items():
        op.create_foreign_key(name, ALLOCATION, ITEM, [column, *owner], ["id", *owner], ondelete="RESTRICT")


def _stay(owner: tuple[str, ...]) -> None:
    """As the second migration has it, with the columns of now."""
    columns = [*owner, *STAYS.split(", ")]
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    op.execute(f"DROP TRIGGER accounting_open_item_stays ON {ITEM}")
    op.execute(f"""
        CREATE TRIGGER accounting_open_item_stays BEFORE UPDATE ON {ITEM} FOR EACH ROW
        WHEN (({old}) IS DISTINCT FROM ({new}) OR (OLD.allocated <> NEW.allocated AND pg_trigger_depth() = 0))
        EXECUTE FUNCTION refuse_change('open items change only through allocations')
    """)


def downgrade() -> None:
    _stay(BEFORE)
    _own(BEFORE)
    for table in (ALLOCATION, ITEM):
        op.drop_column(table, "side")
