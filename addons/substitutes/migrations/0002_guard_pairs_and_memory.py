"""Guard pairs and memory

Both parts of a pair, and of a rule, are of its company; what a customer was offered never changes.
"""

from alembic import op

revision = "substitutes_0002"
down_revision = "substitutes_0001"

KEPT = "what a customer was offered never changes: take it back, or note another"
COLUMNS = ("partner_id", "product_id", "substitute_id", "quantity", "unit_price", "at")


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION substitute_of_one_company() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF EXISTS (SELECT 1 FROM product WHERE id IN (NEW.product_id, NEW.substitute_id)
                          AND company_id <> NEW.company_id) THEN
                RAISE EXCEPTION 'both parts of a pair are of its company' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    for table in ("substitute", "substitute_rule", "substitute_choice"):
        op.execute(f"""
            CREATE TRIGGER {table}_of_one_company
            BEFORE INSERT OR UPDATE OF company_id, product_id, substitute_id ON {table}
            FOR EACH ROW EXECUTE FUNCTION substitute_of_one_company()
        """)
    old, new = (", ".join(f"{row}.{name}" for name in COLUMNS) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE TRIGGER substitute_choice_is_kept BEFORE UPDATE ON substitute_choice FOR EACH ROW
        WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION refuse_change('{KEPT}')
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION substitute_of_one_company() CASCADE")
    op.execute("DROP TRIGGER substitute_choice_is_kept ON substitute_choice")
