"""Keep prices by now on runs alone

What received goods cost by now is what the last applied line of a run says; beside it on the move it was a second truth,
and writing it took half of the time of a run.
"""

import sqlalchemy as sa
from alembic import op

revision = "pricing_0004"
down_revision = "pricing_0003"

LINE = "run_id, move_id, quantity, billed, price, latest_price, value, claim_value, accepted"
PRICE = sa.Numeric(20, 6)


def upgrade() -> None:
    op.execute("DROP FUNCTION pricing_move_repriced() CASCADE")
    op.drop_column("stock_move", "repriced_price")
    _stays(LINE)
    op.drop_column("pricing_run_line", "price_before")


def _stays(columns: str) -> None:
    old, new = (", ".join(f"{row}.{c.strip()}" for c in columns.split(",")) for row in ("OLD", "NEW"))
    op.execute("DROP TRIGGER pricing_run_line_stays ON pricing_run_line")
    op.execute(f"""
        CREATE TRIGGER pricing_run_line_stays BEFORE UPDATE ON pricing_run_line FOR EACH ROW
        WHEN (OLD.applied AND ({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION refuse_change('what a run has done is kept: take the run back')
    """)


def downgrade() -> None:
    op.add_column("pricing_run_line", sa.Column("price_before", PRICE, nullable=True))
    op.execute("""
        UPDATE pricing_run_line l SET price_before = (
            SELECT b.latest_price FROM pricing_run_line b
             WHERE b.move_id = l.move_id AND b.applied AND b.id < l.id ORDER BY b.id DESC LIMIT 1)
    """)
    _stays(f"{LINE}, price_before")
    op.add_column("stock_move", sa.Column("repriced_price", PRICE, nullable=True))
    op.create_check_constraint(
        op.f("ck_stock_move_repriced_price_not_negative"), "stock_move", "repriced_price >= 0"
    )
    op.execute("""
        UPDATE stock_move v SET repriced_price = l.latest_price
          FROM (SELECT DISTINCT ON (move_id) move_id, latest_price FROM pricing_run_line WHERE applied
                 ORDER BY move_id, id DESC) l
         WHERE l.move_id = v.id
    """)
    _guard_moves()


def _guard_moves() -> None:
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
