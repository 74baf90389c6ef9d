"""Guard what runs have done

The line of a run that is applied, and a run itself that is, stay as they are, but for being taken back; the price that
a run has set changes by runs alone: a move takes it only from a line that is applied.
"""

from alembic import op

revision = "pricing_0002"
down_revision = "pricing_0001"

LINE = "run_id, move_id, quantity, billed, price, latest_price, value, claim_value, accepted, price_before"
RUN = "company_id, number, date, since, until, user_id, approved_by_id, applied_by_id, applied_at"
CLAIM = "company_id, number, date, partner_id, currency_code, run_id, amount, value"


def upgrade() -> None:
    _stays("pricing_run_line", LINE, "OLD.applied", "what a run has done is kept: take the run back")
    _stays("pricing_run", RUN, "OLD.state <> 'open'", "a run that is not open is kept")
    _stays("pricing_claim", CLAIM, "true", "a claim is kept: take its run back")
    for table, when in (("pricing_run_line", "OLD.applied"), ("pricing_run", "OLD.state = 'applied'")):
        op.execute(f"""
            CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table} FOR EACH ROW WHEN ({when})
            EXECUTE FUNCTION refuse_change('what a run has done is kept: take the run back')
        """)
    op.execute("""
        CREATE FUNCTION pricing_move_repriced() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF EXISTS (
                SELECT 1 FROM new_rows n JOIN old_rows o USING (id)
                  LEFT JOIN (SELECT DISTINCT ON (p.move_id) p.move_id, p.latest_price FROM pricing_run_line p
                              WHERE p.applied AND p.move_id IN (SELECT id FROM new_rows)
                              ORDER BY p.move_id, p.id DESC) l ON l.move_id = n.id
                 WHERE n.repriced_price IS DISTINCT FROM o.repriced_price
                   AND n.repriced_price IS DISTINCT FROM l.latest_price)
            THEN RAISE EXCEPTION 'the price of received goods changes by repricing runs alone'
                       USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER pricing_move_repriced AFTER UPDATE ON stock_move
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION pricing_move_repriced()
    """)


def _stays(table: str, columns: str, when: str, refusal: str) -> None:
    old, new = (", ".join(f"{row}.{c.strip()}" for c in columns.split(",")) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW
        WHEN ({when} AND ({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION refuse_change('{refusal}')
    """)


def downgrade() -> None:
    for table in ("pricing_run_line", "pricing_run", "pricing_claim"):
        op.execute(f"DROP TRIGGER {table}_stays ON {table}")
    for table in ("pricing_run_line", "pricing_run"):
        op.execute(f"DROP TRIGGER {table}_is_kept ON {table}")
    op.execute("DROP FUNCTION pricing_move_repriced() CASCADE")
