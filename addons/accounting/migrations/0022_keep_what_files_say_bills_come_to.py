"""Keep what files say bills come to

Once a bill is posted, that stays with it as all else does.
"""

from alembic import op

revision = "accounting_0022"
down_revision = "accounting_0021"

REFUSAL = "posted documents never change: reverse this one and make a new one"


def upgrade() -> None:
    op.execute(f"""
        CREATE TRIGGER accounting_bill_filed_total_stays BEFORE UPDATE ON accounting_bill FOR EACH ROW
        WHEN (OLD.state = 'posted' AND OLD.filed_total IS DISTINCT FROM NEW.filed_total)
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER accounting_bill_filed_total_stays ON accounting_bill")
