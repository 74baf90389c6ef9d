"""Keep what became of order lines

What is received and returned follows from moves by triggers, a statement at a time, and changes in no other way;
the state of an order follows from its lines. The price at which something came is kept with it.
"""

from alembic import op

revision = "purchasing_0002"
down_revision = "purchasing_0001"

#: Plans are kept for as long as a connection lives, and the first is made while the tables are small.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
FUNCTIONS = (
    "purchasing_move_done",
    "purchasing_move_inserted",
    "purchasing_move_returns",
    "purchasing_order_state",
)
CONFIRMED = "a confirmed order is kept: cancel it or its rest"
PRICE = "purchase_line_id, document_price, document_currency_code, document_rate"


def upgrade() -> None:
    _count_moves()
    _follow_lines()
    _guard()


def _function(name: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$ BEGIN {body} END $$"
    )


def _count_moves() -> None:
    count = """
        UPDATE purchasing_order_line l
           SET received = l.received + s.received, returned = l.returned + s.returned
          FROM (SELECT purchase_line_id,
                       coalesce(sum(quantity) FILTER (WHERE returns_id IS NULL), 0) AS received,
                       coalesce(sum(quantity) FILTER (WHERE returns_id IS NOT NULL), 0) AS returned
                  FROM ({rows}) d GROUP BY purchase_line_id) s
         WHERE l.id = s.purchase_line_id;
        RETURN NULL;
    """
    done = """
        SELECT n.purchase_line_id, n.quantity, n.returns_id FROM new_rows n JOIN old_rows o USING (id)
         WHERE n.purchase_line_id IS NOT NULL AND n.state = 'done' AND o.state <> 'done'
    """
    inserted = """
        SELECT purchase_line_id, quantity, returns_id FROM new_rows
         WHERE purchase_line_id IS NOT NULL AND state = 'done'
    """
    _function("purchasing_move_done", count.format(rows=done))
    _function("purchasing_move_inserted", count.format(rows=inserted))
    op.execute("""
        CREATE TRIGGER purchasing_move_done AFTER UPDATE ON stock_move
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION purchasing_move_done()
    """)
    op.execute("""
        CREATE TRIGGER purchasing_move_inserted AFTER INSERT ON stock_move REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION purchasing_move_inserted()
    """)
    # Whoever writes a return by hand names the move that goes back, and that knows its order line.
    _function(
        "purchasing_move_returns",
        "SELECT purchase_line_id INTO NEW.purchase_line_id FROM stock_move WHERE id = NEW.returns_id; "
        "RETURN NEW;",
    )
    op.execute("""
        CREATE TRIGGER purchasing_move_returns BEFORE INSERT ON stock_move FOR EACH ROW
        WHEN (NEW.returns_id IS NOT NULL AND NEW.purchase_line_id IS NULL)
        EXECUTE FUNCTION purchasing_move_returns()
    """)


def _follow_lines() -> None:
    _function(
        "purchasing_order_state",
        """
        UPDATE purchasing_order o SET state = s.state
          FROM (SELECT l.order_id,
                       CASE WHEN bool_and(l.cancelled = l.quantity AND l.billed = 0) THEN 'cancelled'
                            WHEN bool_and(l.received + l.cancelled >= l.quantity
                                          AND l.billed = l.received - l.returned) THEN 'done'
                            ELSE 'confirmed' END AS state
                  FROM purchasing_order_line l
                 WHERE l.order_id IN (SELECT order_id FROM changed) GROUP BY l.order_id) s
         WHERE o.id = s.order_id AND o.state IN ('confirmed', 'done') AND o.state <> s.state;
        RETURN NULL;
        """,
    )
    op.execute("""
        CREATE TRIGGER purchasing_order_state AFTER UPDATE ON purchasing_order_line
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION purchasing_order_state()
    """)


def _guard() -> None:
    """Sums change only within triggers; pg_trigger_depth is 0 for a plain statement."""
    op.execute("""
        CREATE TRIGGER purchasing_order_line_sums BEFORE UPDATE ON purchasing_order_line FOR EACH ROW
        WHEN (pg_trigger_depth() = 0 AND (OLD.returned, OLD.billed) IS DISTINCT FROM (NEW.returned, NEW.billed))
        EXECUTE FUNCTION refuse_change('what became of a line follows from its moves and bills')
    """)
    op.execute(f"""
        CREATE TRIGGER purchasing_order_is_kept BEFORE DELETE ON purchasing_order FOR EACH ROW
        WHEN (OLD.state IN ('confirmed', 'done')) EXECUTE FUNCTION refuse_change('{CONFIRMED}')
    """)
    old, new = (", ".join(f"{row}.{c.strip()}" for c in PRICE.split(",")) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE TRIGGER purchasing_move_stays BEFORE UPDATE ON stock_move FOR EACH ROW
        WHEN (OLD.state = 'done' AND ({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION refuse_change('the price at which goods came is kept')
    """)
    op.execute("""
        CREATE TRIGGER purchasing_move_billed BEFORE UPDATE ON stock_move FOR EACH ROW
        WHEN (pg_trigger_depth() = 0 AND OLD.billed <> NEW.billed)
        EXECUTE FUNCTION refuse_change('what is billed of a move follows from the lines of bills')
    """)


def downgrade() -> None:
    for table, trigger in (
        ("purchasing_order_line", "purchasing_order_line_sums"),
        ("purchasing_order", "purchasing_order_is_kept"),
        ("stock_move", "purchasing_move_stays"),
        ("stock_move", "purchasing_move_billed"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}() CASCADE")
