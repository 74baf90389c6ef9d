"""Keep the account of what is paid

A run may get its account later, also once it is paid; the one that it was paid from stays.
"""

from alembic import op

revision = "supplier_payments_0004"
down_revision = "supplier_payments_0003"


def upgrade() -> None:
    op.execute("""
        CREATE TRIGGER payment_run_account_stays BEFORE UPDATE ON payment_run FOR EACH ROW
        WHEN (OLD.state = 'paid' AND OLD.account_id IS NOT NULL AND NEW.account_id IS DISTINCT FROM OLD.account_id)
        EXECUTE FUNCTION refuse_change('the account that a run was paid from is kept')
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER payment_run_account_stays ON payment_run")
