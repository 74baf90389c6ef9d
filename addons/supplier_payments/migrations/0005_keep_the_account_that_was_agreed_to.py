"""Keep the account that was agreed to

The file for the bank was written with the account as it was by then: whoever changed it after the approval had the money
go elsewhere. Lines of runs that were approved before have the account that they had.
"""

import sqlalchemy as sa
from alembic import op

revision = "supplier_payments_0005"
down_revision = "supplier_payments_0004"

FUNCTION, TABLE = "payment_line_stays", "payment_run_line"
COLUMNS = "run_id, open_item_id, partner_id, account_id, amount, discount, taken, hold"


def _trigger(columns: str) -> str:
    old, new = (", ".join(f"{row}.{c.strip()}" for c in columns.split(",")) for row in ("OLD", "NEW"))
    return (
        f"CREATE TRIGGER {FUNCTION} BEFORE UPDATE ON {TABLE} FOR EACH ROW "
        f"WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION {FUNCTION}()"
    )


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("agreed_account", sa.Text(), server_default="", nullable=False))
    op.execute(f"""
        UPDATE {TABLE} l SET agreed_account = concat_ws('|', a.holder, a.iban, a.bic)
          FROM payment_bank_account a, payment_run r
         WHERE a.id = l.account_id AND r.id = l.run_id AND l.taken AND r.state IN ('approved', 'paid')
    """)
    op.execute(f"DROP TRIGGER {FUNCTION} ON {TABLE}")
    op.execute(_trigger(f"{COLUMNS}, agreed_account"))


def downgrade() -> None:
    op.execute(f"DROP TRIGGER {FUNCTION} ON {TABLE}")
    op.execute(_trigger(COLUMNS))
    op.drop_column(TABLE, "agreed_account")
