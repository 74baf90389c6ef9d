"""Guard statements"""

from alembic import op

revision = "billing_statements_0002"
down_revision = "billing_statements_0001"

REFUSAL = "a statement never changes once it is printed: do it again, which keeps the old version"
FROZEN = (
    "company_id, run_id, partner_id, number, version, currency_code, period_start, period_end, opening, debits, "
    "credits, closing, not_due, due_30, due_60, due_90, due_over, attachment_id, issued_at"
)


def upgrade() -> None:
    old = ", ".join(f"OLD.{c.strip()}" for c in FROZEN.split(","))
    new = ", ".join(f"NEW.{c.strip()}" for c in FROZEN.split(","))
    op.execute(f"""
        CREATE TRIGGER billing_statement_stays BEFORE UPDATE ON billing_statement FOR EACH ROW
        WHEN (OLD.state <> 'created' AND ({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
    op.execute("""
        CREATE TRIGGER billing_statement_is_kept BEFORE DELETE ON billing_statement FOR EACH ROW
        EXECUTE FUNCTION refuse_change('statements are never deleted: do one again, which keeps the old version')
    """)
    op.execute(f"""
        CREATE TRIGGER billing_statement_line_stays BEFORE UPDATE ON billing_statement_line FOR EACH ROW
        WHEN ((OLD.statement_id, OLD.open_item_id, OLD.amount, OLD.date, OLD.number, OLD.kind)
              IS DISTINCT FROM (NEW.statement_id, NEW.open_item_id, NEW.amount, NEW.date, NEW.number, NEW.kind)
              OR (NEW.live AND NOT OLD.live))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
    op.execute("""
        CREATE TRIGGER billing_statement_line_is_kept BEFORE DELETE ON billing_statement_line FOR EACH STATEMENT
        EXECUTE FUNCTION refuse_change('the lines of a statement are never deleted')
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER billing_statement_line_is_kept ON billing_statement_line")
    op.execute("DROP TRIGGER billing_statement_line_stays ON billing_statement_line")
    op.execute("DROP TRIGGER billing_statement_is_kept ON billing_statement")
    op.execute("DROP TRIGGER billing_statement_stays ON billing_statement")
