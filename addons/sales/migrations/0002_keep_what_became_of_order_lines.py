"""Keep what became of order lines

What is delivered, returned, invoiced and credited follows from moves and invoice lines by triggers, a statement at
a time, and changes in no other way; the state of an order follows from its lines.
"""

from alembic import op

revision = "sales_0002"
down_revision = "sales_0001"

#: Plans are kept for as long as a connection lives, and the first is made while the tables are small.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
FUNCTIONS = (
    "sales_move_done",
    "sales_move_inserted",
    "sales_move_returns",
    "sales_invoice_line_counts",
    "sales_invoice_line_inserted",
    "sales_invoice_line_updated",
    "sales_invoice_line_deleted",
    "sales_invoiced_move_inserted",
    "sales_invoiced_move_deleted",
    "sales_order_state",
)
CONFIRMED = "a confirmed order is kept: cancel it or its rest"


def upgrade() -> None:
    _count_moves()
    _count_invoice_lines()
    _count_invoiced_moves()
    _follow_lines()
    _guard()


def _function(name: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$ BEGIN {body} END $$"
    )


def _count_moves() -> None:
    count = """
        UPDATE sales_order_line l SET delivered = l.delivered + s.delivered, returned = l.returned + s.returned
          FROM (SELECT order_line_id,
                       coalesce(sum(quantity) FILTER (WHERE returns_id IS NULL), 0) AS delivered,
                       coalesce(sum(quantity) FILTER (WHERE returns_id IS NOT NULL), 0) AS returned
                  FROM ({rows}) d GROUP BY order_line_id) s
         WHERE l.id = s.order_line_id;
        RETURN NULL;
    """
    done = """
        SELECT n.order_line_id, n.quantity, n.returns_id FROM new_rows n JOIN old_rows o USING (id)
         WHERE n.order_line_id IS NOT NULL AND n.state = 'done' AND o.state <> 'done'
    """
    inserted = """
        SELECT order_line_id, quantity, returns_id FROM new_rows
         WHERE order_line_id IS NOT NULL AND state = 'done'
    """
    _function("sales_move_done", count.format(rows=done))
    _function("sales_move_inserted", count.format(rows=inserted))
    op.execute("""
        CREATE TRIGGER sales_move_done AFTER UPDATE ON stock_move
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sales_move_done()
    """)
    op.execute("""
        CREATE TRIGGER sales_move_inserted AFTER INSERT ON stock_move REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sales_move_inserted()
    """)
    # Whoever writes a return by hand names the move that comes back, and that knows its order line.
    _function(
        "sales_move_returns",
        "SELECT order_line_id INTO NEW.order_line_id FROM stock_move WHERE id = NEW.returns_id; RETURN NEW;",
    )
    op.execute("""
        CREATE TRIGGER sales_move_returns BEFORE INSERT ON stock_move FOR EACH ROW
        WHEN (NEW.returns_id IS NOT NULL AND NEW.order_line_id IS NULL) EXECUTE FUNCTION sales_move_returns()
    """)


def _count_invoice_lines() -> None:
    _function(
        "sales_invoice_line_counts",
        """
        SELECT CASE WHEN kind = 'credit_note' THEN -NEW.quantity ELSE NEW.quantity END INTO NEW.order_quantity
          FROM accounting_invoice WHERE id = NEW.invoice_id;
        RETURN NEW;
        """,
    )
    op.execute("""
        CREATE TRIGGER sales_invoice_line_counts BEFORE INSERT OR UPDATE ON accounting_invoice_line FOR EACH ROW
        WHEN (NEW.order_line_id IS NOT NULL) EXECUTE FUNCTION sales_invoice_line_counts()
    """)
    count = """
        UPDATE sales_order_line l SET invoiced = l.invoiced + s.invoiced, credited = l.credited + s.credited
          FROM (SELECT order_line_id, sum(sign * greatest(order_quantity, 0)) AS invoiced,
                       sum(sign * greatest(-order_quantity, 0)) AS credited
                  FROM ({rows}) d WHERE order_line_id IS NOT NULL GROUP BY order_line_id) s
         WHERE l.id = s.order_line_id AND (s.invoiced <> 0 OR s.credited <> 0);
        RETURN NULL;
    """
    new = "SELECT order_line_id, order_quantity, 1 AS sign FROM new_rows"
    old = "SELECT order_line_id, order_quantity, -1 AS sign FROM old_rows"
    for event, rows, tables in (
        ("inserted", new, "NEW TABLE AS new_rows"),
        ("updated", f"{new} UNION ALL {old}", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("deleted", old, "OLD TABLE AS old_rows"),
    ):
        name = f"sales_invoice_line_{event}"
        _function(name, count.format(rows=rows))
        op.execute(f"""
            CREATE TRIGGER {name} AFTER {_verb(event)} ON accounting_invoice_line REFERENCING {tables}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}()
        """)


def _count_invoiced_moves() -> None:
    for event, sign, table in (("inserted", "+", "NEW TABLE"), ("deleted", "-", "OLD TABLE")):
        name = f"sales_invoiced_move_{event}"
        _function(
            name,
            f"""
            UPDATE stock_move v SET invoiced = v.invoiced {sign} s.quantity
              FROM (SELECT move_id, sum(quantity) AS quantity FROM changed GROUP BY move_id) s
             WHERE v.id = s.move_id;
            RETURN NULL;
            """,
        )
        op.execute(f"""
            CREATE TRIGGER {name} AFTER {_verb(event)} ON sales_invoiced_move REFERENCING {table} AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION {name}()
        """)


def _verb(event: str) -> str:
    return {"inserted": "INSERT", "updated": "UPDATE", "deleted": "DELETE"}[event]


def _follow_lines() -> None:
    _function(
        "sales_order_state",
        """
        UPDATE sales_order o SET state = s.state
          FROM (SELECT l.order_id,
                       CASE WHEN bool_and(l.cancelled = l.quantity AND l.invoiced = l.credited) THEN 'cancelled'
                            WHEN bool_and(l.delivered + l.cancelled >= l.quantity
                                          AND l.invoiced - l.credited = l.delivered - l.returned) THEN 'done'
                            ELSE 'confirmed' END AS state
                  FROM sales_order_line l
                 WHERE l.order_id IN (SELECT order_id FROM changed) GROUP BY l.order_id) s
         WHERE o.id = s.order_id AND o.state IN ('confirmed', 'done') AND o.state <> s.state;
        RETURN NULL;
        """,
    )
    op.execute("""
        CREATE TRIGGER sales_order_state AFTER UPDATE ON sales_order_line REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION sales_order_state()
    """)


def _guard() -> None:
    """Sums change only within the triggers above; pg_trigger_depth is 0 for a plain statement."""
    op.execute("""
        CREATE TRIGGER sales_order_line_sums BEFORE UPDATE ON sales_order_line FOR EACH ROW
        WHEN (pg_trigger_depth() = 0 AND (OLD.returned, OLD.invoiced, OLD.credited)
              IS DISTINCT FROM (NEW.returned, NEW.invoiced, NEW.credited))
        EXECUTE FUNCTION refuse_change('what became of a line follows from its moves and invoices')
    """)
    op.execute(f"""
        CREATE TRIGGER sales_order_is_kept BEFORE DELETE ON sales_order FOR EACH ROW
        WHEN (OLD.state IN ('confirmed', 'done')) EXECUTE FUNCTION refuse_change('{CONFIRMED}')
    """)
    op.execute("""
        CREATE TRIGGER sales_invoiced_move_stays BEFORE UPDATE ON sales_invoiced_move FOR EACH ROW
        WHEN (OLD.cost IS NOT NULL) EXECUTE FUNCTION refuse_change('what is booked never changes')
    """)


def downgrade() -> None:
    for table, trigger in (
        ("sales_order_line", "sales_order_line_sums"),
        ("sales_order", "sales_order_is_kept"),
        ("sales_invoiced_move", "sales_invoiced_move_stays"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}() CASCADE")
