"""Count what is billed

What stands on lines of bills and credit notes is counted on the order line, and what is tied to moves on the move, by
triggers, a statement at a time.
"""

from alembic import op

revision = "purchasing_0003"
down_revision = "purchasing_0002"

BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
FUNCTIONS = (
    "purchasing_bill_line_counts",
    "purchasing_bill_line_inserted",
    "purchasing_bill_line_updated",
    "purchasing_bill_line_deleted",
    "purchasing_billed_move_inserted",
    "purchasing_billed_move_deleted",
)
VERBS = {"inserted": "INSERT", "updated": "UPDATE", "deleted": "DELETE"}


def upgrade() -> None:
    _count_lines()
    _count_moves()
    op.execute("""
        CREATE TRIGGER purchasing_billed_move_stays BEFORE UPDATE ON purchasing_billed_move FOR EACH ROW
        WHEN ((OLD.move_id, OLD.bill_line_id, OLD.quantity, OLD.value, OLD.difference)
              IS DISTINCT FROM (NEW.move_id, NEW.bill_line_id, NEW.quantity, NEW.value, NEW.difference)
              OR OLD.entry_id IS NOT NULL)
        EXECUTE FUNCTION refuse_change('what is booked never changes')
    """)


def _function(name: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$ BEGIN {body} END $$"
    )


def _count_lines() -> None:
    _function(
        "purchasing_bill_line_counts",
        """
        SELECT CASE WHEN kind = 'credit_note' THEN -NEW.quantity ELSE NEW.quantity END INTO NEW.order_quantity
          FROM accounting_bill WHERE id = NEW.bill_id;
        RETURN NEW;
        """,
    )
    op.execute("""
        CREATE TRIGGER purchasing_bill_line_counts BEFORE INSERT OR UPDATE ON accounting_bill_line FOR EACH ROW
        WHEN (NEW.purchase_line_id IS NOT NULL) EXECUTE FUNCTION purchasing_bill_line_counts()
    """)
    count = """
        UPDATE purchasing_order_line l SET billed = l.billed + s.billed
          FROM (SELECT purchase_line_id, sum(sign * order_quantity) AS billed
                  FROM ({rows}) d WHERE purchase_line_id IS NOT NULL GROUP BY purchase_line_id) s
         WHERE l.id = s.purchase_line_id AND s.billed <> 0;
        RETURN NULL;
    """
    new = "SELECT purchase_line_id, order_quantity, 1 AS sign FROM new_rows"
    old = "SELECT purchase_line_id, order_quantity, -1 AS sign FROM old_rows"
    for event, rows, tables in (
        ("inserted", new, "NEW TABLE AS new_rows"),
        ("updated", f"{new} UNION ALL {old}", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("deleted", old, "OLD TABLE AS old_rows"),
    ):
        name = f"purchasing_bill_line_{event}"
        _function(name, count.format(rows=rows))
        op.execute(f"""
            CREATE TRIGGER {name} AFTER {VERBS[event]} ON accounting_bill_line REFERENCING {tables}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}()
        """)


def _count_moves() -> None:
    for event, sign, table in (("inserted", "+", "NEW TABLE"), ("deleted", "-", "OLD TABLE")):
        name = f"purchasing_billed_move_{event}"
        _function(
            name,
            f"""
            UPDATE stock_move v SET billed = v.billed {sign} s.quantity
              FROM (SELECT move_id, sum(quantity) AS quantity FROM changed GROUP BY move_id) s
             WHERE v.id = s.move_id;
            RETURN NULL;
            """,
        )
        op.execute(f"""
            CREATE TRIGGER {name} AFTER {VERBS[event]} ON purchasing_billed_move REFERENCING {table} AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION {name}()
        """)


def downgrade() -> None:
    op.execute("DROP TRIGGER purchasing_billed_move_stays ON purchasing_billed_move")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}() CASCADE")
