"""Keep balances, and guard what is done

Balances follow the moves by a trigger, a statement at a time, and change in no other way; the value of parts and
what is taken of layers follow the value rows likewise. `stock_differences()` sums everything up by another path.
"""

from alembic import op

revision = "stock_0002"
down_revision = "stock_0001"

#: Plans are kept for as long as a connection lives, and the first is made while the tables are small: without
#: this a trigger would read a whole table for every move that is done.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
OURS = "('internal', 'transit')"
DONE = "what was moved never changes: bring it back by a return"
MOVE = "company_id, transfer_id, product_id, lot_id, quantity, from_id, to_id, state, date, unit_cost, returns_id"
TRANSFER = "company_id, kind, number, partner_id, planned, date, state, reference, from_id, to_id, rest_of_id, entry_id"
VALUE = "company_id, move_id, product_id, date, kind, quantity, amount, entry_id"

#: What rows of moves do to balances, with a sign for those that there were before.
_EFFECTS = """
    SELECT company_id, product_id, from_id AS location_id, lot_id, date,
           CASE WHEN state = 'done' THEN {minus} quantity ELSE 0 END AS on_hand,
           CASE WHEN state = 'reserved' THEN {plus} quantity ELSE 0 END AS reserved
      FROM {rows} WHERE state IN ('done', 'reserved')
    UNION ALL
    SELECT company_id, product_id, to_id, lot_id, date, {plus} quantity, 0 FROM {rows} WHERE state = 'done'
"""
_NEW = _EFFECTS.format(rows="new_moves", plus="+", minus="-")
_OLD = _EFFECTS.format(rows="old_moves", plus="-", minus="+")
EVENTS = {
    "insert": ("NEW TABLE AS new_moves", _NEW),
    "update": ("OLD TABLE AS old_moves NEW TABLE AS new_moves", f"{_NEW} UNION ALL {_OLD}"),
    "delete": ("OLD TABLE AS old_moves", _OLD),
}


def upgrade() -> None:
    for event, (tables, effects) in EVENTS.items():
        _keep_balances(event, tables, effects)
    _keep_worth()
    _keep_taken()
    _guard_sums()
    _guard_rows("stock_move", MOVE)
    _guard_rows("stock_transfer", TRANSFER)
    _guard_values()
    _guard_method()
    _guard_decimals()
    _sum_up()


def _keep_balances(event: str, tables: str, effects: str) -> None:
    op.execute(f"""
        CREATE FUNCTION stock_move_{event}() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            WITH changes AS (
                SELECT e.company_id, e.product_id, e.location_id, e.lot_id, max(e.date) AS date,
                       sum(e.on_hand) AS on_hand, sum(e.reserved) AS reserved
                  FROM ({effects}) e
                  JOIN stock_location l ON l.id = e.location_id AND l.kind IN {OURS}
                 GROUP BY e.company_id, e.product_id, e.location_id, e.lot_id
                HAVING sum(e.on_hand) <> 0 OR sum(e.reserved) <> 0
            ), known AS (
                UPDATE stock_balance b
                   SET on_hand = b.on_hand + c.on_hand, reserved = b.reserved + c.reserved,
                       since = CASE WHEN b.on_hand + c.on_hand = 0 THEN NULL
                                    WHEN b.on_hand = 0 THEN c.date ELSE b.since END
                  FROM changes c
                 WHERE b.product_id = c.product_id AND b.location_id = c.location_id
                   AND b.lot_id IS NOT DISTINCT FROM c.lot_id
                RETURNING b.product_id, b.location_id, b.lot_id
            )
            INSERT INTO stock_balance AS b
                   (company_id, product_id, location_id, lot_id, on_hand, reserved, since)
            SELECT c.company_id, c.product_id, c.location_id, c.lot_id, c.on_hand, c.reserved, c.date
              FROM changes c
             WHERE NOT EXISTS (SELECT 1 FROM known k WHERE k.product_id = c.product_id
                                  AND k.location_id = c.location_id AND k.lot_id IS NOT DISTINCT FROM c.lot_id)
             ORDER BY c.product_id, c.location_id, c.lot_id
            ON CONFLICT (product_id, location_id, lot_id) DO UPDATE
               SET on_hand = b.on_hand + excluded.on_hand, reserved = b.reserved + excluded.reserved,
                   since = coalesce(b.since, excluded.since);
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER stock_move_{event} AFTER {event.upper()} ON stock_move
        REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION stock_move_{event}()
    """)


def _keep_worth() -> None:
    op.execute(f"""
        CREATE FUNCTION stock_value_worth() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            INSERT INTO stock_worth (company_id, product_id)
            SELECT DISTINCT company_id, product_id FROM added ORDER BY product_id
            ON CONFLICT (product_id) DO NOTHING;
            UPDATE stock_worth w SET quantity = w.quantity + s.quantity, amount = w.amount + s.amount
              FROM (SELECT product_id, sum(quantity) AS quantity, sum(amount) AS amount
                      FROM added GROUP BY product_id) s
             WHERE w.product_id = s.product_id;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER stock_value_worth AFTER INSERT ON stock_value
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION stock_value_worth()
    """)


def _keep_taken() -> None:
    op.execute(f"""
        CREATE FUNCTION stock_layer_take_taken() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            UPDATE stock_value v SET taken = v.taken + s.quantity
              FROM (SELECT layer_id, sum(quantity) AS quantity FROM added GROUP BY layer_id) s
             WHERE v.id = s.layer_id;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER stock_layer_take_taken AFTER INSERT ON stock_layer_take
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION stock_layer_take_taken()
    """)


def _guard_sums() -> None:
    """What is a sum changes only within the triggers above; pg_trigger_depth is 0 for a plain statement."""
    for table, refusal in (
        ("stock_balance", "balances change only through moves"),
        ("stock_worth", "the value of a part changes only through its value rows"),
    ):
        op.execute(f"""
            CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW
            WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change('{refusal}')
        """)
    op.execute("""
        CREATE TRIGGER stock_balance_is_made BEFORE INSERT ON stock_balance FOR EACH ROW
        WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change('balances change only through moves')
    """)
    op.execute("""
        CREATE TRIGGER stock_worth_is_made BEFORE INSERT ON stock_worth FOR EACH ROW
        WHEN (pg_trigger_depth() = 0 AND (NEW.quantity <> 0 OR NEW.amount <> 0))
        EXECUTE FUNCTION refuse_change('the value of a part changes only through its value rows')
    """)


def _guard_rows(table: str, columns: str) -> None:
    """Other addons may add columns of their own and change them; ours stay."""
    old = ", ".join(f"OLD.{c.strip()}" for c in columns.split(","))
    new = ", ".join(f"NEW.{c.strip()}" for c in columns.split(","))
    op.execute(f"""
        CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW
        WHEN (OLD.state = 'done' AND ({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION refuse_change('{DONE}')
    """)
    op.execute(f"""
        CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table} FOR EACH ROW
        WHEN (OLD.state = 'done') EXECUTE FUNCTION refuse_change('{DONE}')
    """)


def _guard_values() -> None:
    old = ", ".join(f"OLD.{c.strip()}" for c in VALUE.split(","))
    new = ", ".join(f"NEW.{c.strip()}" for c in VALUE.split(","))
    op.execute(f"""
        CREATE TRIGGER stock_value_stays BEFORE UPDATE ON stock_value FOR EACH ROW
        WHEN (({old}) IS DISTINCT FROM ({new}) OR (OLD.taken <> NEW.taken AND pg_trigger_depth() = 0))
        EXECUTE FUNCTION refuse_change('value rows are only ever added')
    """)
    op.execute("""
        CREATE TRIGGER stock_value_is_kept BEFORE DELETE OR TRUNCATE ON stock_value
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('value rows are only ever added')
    """)
    op.execute("""
        CREATE TRIGGER stock_layer_take_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_layer_take
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('takes from layers are only ever added')
    """)


def _guard_method() -> None:
    """With the average nobody takes from layers, so that FIFO would find them all untouched."""
    op.execute(f"""
        CREATE FUNCTION stock_cost_method() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM stock_value WHERE company_id = NEW.id) THEN
                RAISE EXCEPTION 'the value of stock was computed by % already', OLD.cost_method
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_company_cost_method_stays',
                          TABLE = 'company';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER company_cost_method_stays BEFORE UPDATE OF cost_method ON company FOR EACH ROW
        WHEN (OLD.cost_method <> NEW.cost_method) EXECUTE FUNCTION stock_cost_method()
    """)


def _guard_decimals() -> None:
    op.execute(f"""
        CREATE FUNCTION stock_value_decimals() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT a.amount, y.code, y.digits INTO wrong
              FROM changed a JOIN company c ON c.id = a.company_id
              JOIN currency y ON y.code = c.currency_code AND y.digits < 2
             WHERE a.amount <> round(a.amount, y.digits) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'the amount % has more decimals than %, which has %',
                                wrong.amount, wrong.code, wrong.digits
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_stock_value_decimals_of_currency',
                          TABLE = 'stock_value';
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER stock_value_decimals AFTER INSERT ON stock_value
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION stock_value_decimals()
    """)


def _sum_up() -> None:
    """Whatever is kept as a sum beside the sum of its rows, where they differ: nothing, as long as all is well."""
    op.execute(f"""
        CREATE FUNCTION stock_differences() RETURNS TABLE (what text, key text, kept numeric, summed numeric)
        LANGUAGE sql STABLE AS $$
            WITH effects AS (
                SELECT product_id, from_id AS location_id, lot_id, -quantity AS on_hand, 0 AS reserved
                  FROM stock_move WHERE state = 'done'
                UNION ALL
                SELECT product_id, to_id, lot_id, quantity, 0 FROM stock_move WHERE state = 'done'
                UNION ALL
                SELECT product_id, from_id, lot_id, 0, quantity FROM stock_move WHERE state = 'reserved'
            ), places AS (
                SELECT e.product_id::text || '/' || e.location_id || '/' || coalesce(e.lot_id, 0) AS key,
                       sum(e.on_hand) AS on_hand, sum(e.reserved) AS reserved
                  FROM effects e JOIN stock_location l ON l.id = e.location_id AND l.kind IN {OURS} GROUP BY 1
            ), balances AS (
                SELECT product_id::text || '/' || location_id || '/' || coalesce(lot_id, 0) AS key,
                       on_hand, reserved FROM stock_balance
            ), books AS (
                SELECT e.company_id, e.date, sum(l.debit - l.credit) AS amount
                  FROM accounting_entry e JOIN accounting_entry_line l ON l.entry_id = e.id
                  JOIN accounting_account a ON a.id = l.account_id AND a.purpose = 'inventory'
                 WHERE e.state = 'posted' GROUP BY 1, 2
            ), rows AS (
                SELECT company_id, date, sum(amount) AS amount FROM stock_value GROUP BY 1, 2
            )
            SELECT 'on hand', key, coalesce(b.on_hand, 0), coalesce(p.on_hand, 0)
              FROM balances b FULL JOIN places p USING (key)
             WHERE coalesce(b.on_hand, 0) <> coalesce(p.on_hand, 0)
            UNION ALL
            SELECT 'reserved', key, coalesce(b.reserved, 0), coalesce(p.reserved, 0)
              FROM balances b FULL JOIN places p USING (key)
             WHERE coalesce(b.reserved, 0) <> coalesce(p.reserved, 0)
            UNION ALL
            SELECT 'valued quantity', product_id::text, coalesce(w.quantity, 0), coalesce(s.quantity, 0)
              FROM stock_worth w
              FULL JOIN (SELECT product_id, sum(on_hand) AS quantity FROM stock_balance GROUP BY 1) s
              USING (product_id)
             WHERE coalesce(w.quantity, 0) <> coalesce(s.quantity, 0)
            UNION ALL
            SELECT 'value of a part', product_id::text, coalesce(w.amount, 0), coalesce(s.amount, 0)
              FROM stock_worth w
              FULL JOIN (SELECT product_id, sum(amount) AS amount FROM stock_value GROUP BY 1) s
              USING (product_id)
             WHERE coalesce(w.amount, 0) <> coalesce(s.amount, 0)
            UNION ALL
            SELECT 'taken of a layer', v.id::text, v.taken, coalesce(t.quantity, 0)
              FROM stock_value v
              LEFT JOIN (SELECT layer_id, sum(quantity) AS quantity FROM stock_layer_take GROUP BY 1) t
                     ON t.layer_id = v.id
             WHERE v.taken <> coalesce(t.quantity, 0)
            UNION ALL
            SELECT 'cost of an issue', v.id::text, -v.amount, t.amount
              FROM stock_value v
              JOIN (SELECT issue_id, sum(amount) AS amount FROM stock_layer_take GROUP BY 1) t
                ON t.issue_id = v.id
             WHERE v.amount <> -t.amount
            UNION ALL
            SELECT 'inventory account', company_id || ' ' || date, coalesce(b.amount, 0), coalesce(r.amount, 0)
              FROM books b FULL JOIN rows r USING (company_id, date)
             WHERE coalesce(b.amount, 0) <> coalesce(r.amount, 0)
        $$
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION stock_differences()")
    op.execute("DROP FUNCTION stock_cost_method() CASCADE")
    for function in ("value_decimals", "layer_take_taken", "value_worth"):
        op.execute(f"DROP FUNCTION stock_{function}() CASCADE")
    for event in EVENTS:
        op.execute(f"DROP FUNCTION stock_move_{event}() CASCADE")
    for trigger, table in (
        ("stock_balance_stays", "stock_balance"),
        ("stock_balance_is_made", "stock_balance"),
        ("stock_worth_stays", "stock_worth"),
        ("stock_worth_is_made", "stock_worth"),
        ("stock_move_stays", "stock_move"),
        ("stock_move_is_kept", "stock_move"),
        ("stock_transfer_stays", "stock_transfer"),
        ("stock_transfer_is_kept", "stock_transfer"),
        ("stock_value_stays", "stock_value"),
        ("stock_value_is_kept", "stock_value"),
        ("stock_layer_take_is_kept", "stock_layer_take"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
