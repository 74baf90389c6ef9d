"""Guard posted statements"""

from alembic import op

revision = "supplier_payables_0002"
down_revision = "supplier_payables_0001"

PARTS = ("payables_line", "payables_their_line", "payables_match")


def upgrade() -> None:
    op.execute("""
        CREATE TRIGGER payables_statement_stays BEFORE UPDATE OR DELETE ON payables_statement FOR EACH ROW
        WHEN (OLD.state = 'posted')
        EXECUTE FUNCTION refuse_change('a posted statement never changes: what is wrong is corrected on the next')
    """)
    op.execute("""
        CREATE FUNCTION payables_refuse_posted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM payables_statement WHERE id = OLD.statement_id AND state = 'posted') THEN
                RAISE EXCEPTION 'a posted statement never changes: what is wrong is corrected on the next'
                      USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$
    """)
    for table in PARTS:
        op.execute(f"""
            CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW
            EXECUTE FUNCTION payables_refuse_posted()
        """)


def downgrade() -> None:
    for table in PARTS:
        op.execute(f"DROP TRIGGER {table}_stays ON {table}")
    op.execute("DROP FUNCTION payables_refuse_posted()")
    op.execute("DROP TRIGGER payables_statement_stays ON payables_statement")
