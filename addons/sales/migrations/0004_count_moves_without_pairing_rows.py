"""Count moves without pairing rows

Old and new rows of an update were joined by their ids, which goes by no index: a delivery of 50,000 lines at once compared
each with each. What is done by now less what was done before is the same, and grows with the lines alone.
"""

from alembic import op

revision = "sales_0004"
down_revision = "sales_0003"

COUNT = """
    CREATE OR REPLACE FUNCTION sales_move_done() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$ BEGIN
        UPDATE sales_order_line l
           SET delivered = l.delivered + s.delivered, returned = l.returned + s.returned
          FROM (SELECT order_line_id,
                       coalesce(sum(quantity) FILTER (WHERE returns_id IS NULL), 0) AS delivered,
                       coalesce(sum(quantity) FILTER (WHERE returns_id IS NOT NULL), 0) AS returned
                  FROM ({rows}) d GROUP BY order_line_id HAVING sum(quantity) <> 0) s
         WHERE l.id = s.order_line_id;
        RETURN NULL;
    END $$
"""
#: What is done never changes, so that a row that was done before takes itself off.
SIGNED = """
    SELECT order_line_id, quantity, returns_id FROM new_rows WHERE order_line_id IS NOT NULL AND state = 'done'
    UNION ALL
    SELECT order_line_id, -quantity, returns_id FROM old_rows WHERE order_line_id IS NOT NULL AND state = 'done'
"""
PAIRED = """
    SELECT n.order_line_id, n.quantity, n.returns_id FROM new_rows n JOIN old_rows o USING (id)
     WHERE n.order_line_id IS NOT NULL AND n.state = 'done' AND o.state <> 'done'
"""


def upgrade() -> None:
    op.execute(COUNT.format(rows=SIGNED))


def downgrade() -> None:
    op.execute(COUNT.format(rows=PAIRED))
