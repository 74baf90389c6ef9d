"""Guard posted documents

Balance is checked when an entry is posted, for all entries of the statement at once, so that a batch
costs one check. Lines are guarded for all rows of a statement likewise.
"""

from alembic import op

revision = "accounting_0002"
down_revision = "accounting_0001"

DOCUMENTS = {
    "accounting_invoice": (
        "company_id, kind, number, partner_id, date, due_date, currency_code, exchange_rate, reference, "
        "external_id, state, net, tax, total, entry_id, reverses_id, posted_at"
    ),
    "accounting_payment": (
        "company_id, direction, number, partner_id, date, amount, currency_code, exchange_rate, reference, "
        "external_id, state, entry_id, reverses_id, posted_at"
    ),
    "accounting_entry": "company_id, number, journal_id, date, narration, state, posted_at, reverses_id",
}
LINES = {
    "accounting_entry_line": ("entry_id", "accounting_entry"),
    "accounting_invoice_line": ("invoice_id", "accounting_invoice"),
    "accounting_invoice_tax": ("invoice_id", "accounting_invoice"),
}
#: Plans are kept for as long as a connection lives, and the first is made while the tables are small: without
#: this a guard would read a whole table for every document that is posted.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
REFUSAL = "posted documents never change: reverse this one and make a new one"


def upgrade() -> None:
    for table, columns in DOCUMENTS.items():
        _guard_document(table, columns)
    for table, (key, parent) in LINES.items():
        _guard_lines(table, key, parent)
    _check_balance()
    _settle()


def _guard_document(table: str, columns: str) -> None:
    """Other addons may add columns of their own and change them; ours stay."""
    old = ", ".join(f"OLD.{c.strip()}" for c in columns.split(","))
    new = ", ".join(f"NEW.{c.strip()}" for c in columns.split(","))
    op.execute(f"""
        CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW
        WHEN (OLD.state = 'posted' AND ({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
    op.execute(f"""
        CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table} FOR EACH ROW
        WHEN (OLD.state = 'posted') EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)


def _guard_lines(table: str, key: str, parent: str) -> None:
    op.execute(f"""
        CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM changed c JOIN {parent} p ON p.id = c.{key} WHERE p.state = 'posted') THEN
                RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    for event, transition in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        op.execute(f"""
            CREATE TRIGGER {table}_guard_{event.lower()} AFTER {event} ON {table}
            REFERENCING {transition} TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_guard()
        """)


def _check_balance() -> None:
    op.execute(f"""
        CREATE FUNCTION accounting_entry_balance() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT e.number, coalesce(sum(l.debit), 0) AS debit, coalesce(sum(l.credit), 0) AS credit
              INTO wrong
              FROM posted e LEFT JOIN accounting_entry_line l ON l.entry_id = e.id
             WHERE e.state = 'posted'
             GROUP BY e.id, e.number
            HAVING coalesce(sum(l.debit), 0) <> coalesce(sum(l.credit), 0) OR count(l.id) < 2
             LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'entry % does not balance: debit %, credit %', wrong.number, wrong.debit, wrong.credit
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    for event in ("INSERT", "UPDATE"):
        op.execute(f"""
            CREATE TRIGGER accounting_entry_balance_{event.lower()} AFTER {event} ON accounting_entry
            REFERENCING NEW TABLE AS posted
            FOR EACH STATEMENT EXECUTE FUNCTION accounting_entry_balance()
        """)


def _settle() -> None:
    """Keep `allocated` the sum of the allocations; nothing else may change an open item."""
    op.execute(f"""
        CREATE FUNCTION accounting_allocation_settle() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            UPDATE accounting_open_item i SET allocated = i.allocated + s.amount
              FROM (SELECT item, sum(amount) AS amount
                      FROM (SELECT debit_id AS item, amount FROM added
                            UNION ALL SELECT credit_id, -amount FROM added) both_sides
                     GROUP BY item) s
             WHERE i.id = s.item;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER accounting_allocation_settle AFTER INSERT ON accounting_allocation
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION accounting_allocation_settle()
    """)
    op.execute("""
        CREATE TRIGGER accounting_allocation_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON accounting_allocation
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('allocations are only ever added: take one back with its opposite')
    """)
    op.execute("""
        CREATE TRIGGER accounting_open_item_is_kept BEFORE DELETE OR TRUNCATE ON accounting_open_item
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('open items are never deleted: reverse the document')
    """)
    columns = (
        "company_id, entry_line_id, partner_id, document, number, reference, date, due_date, currency_code, "
        "exchange_rate, amount, company_amount"
    )
    old = ", ".join(f"OLD.{c.strip()}" for c in columns.split(","))
    new = ", ".join(f"NEW.{c.strip()}" for c in columns.split(","))
    # pg_trigger_depth is 0 for a plain UPDATE and at least 1 within the trigger above.
    op.execute(f"""
        CREATE TRIGGER accounting_open_item_stays BEFORE UPDATE ON accounting_open_item FOR EACH ROW
        WHEN (({old}) IS DISTINCT FROM ({new}) OR (OLD.allocated <> NEW.allocated AND pg_trigger_depth() = 0))
        EXECUTE FUNCTION refuse_change('open items change only through allocations')
    """)


def downgrade() -> None:
    for table in ("open_item_stays", "open_item_is_kept"):
        op.execute(f"DROP TRIGGER accounting_{table} ON accounting_open_item")
    for table in ("allocation_settle", "allocation_is_kept"):
        op.execute(f"DROP TRIGGER accounting_{table} ON accounting_allocation")
    for event in ("insert", "update"):
        op.execute(f"DROP TRIGGER accounting_entry_balance_{event} ON accounting_entry")
    for table in LINES:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_guard_{event} ON {table}")
        op.execute(f"DROP FUNCTION {table}_guard()")
    for table in DOCUMENTS:
        op.execute(f"DROP TRIGGER {table}_stays ON {table}")
        op.execute(f"DROP TRIGGER {table}_is_kept ON {table}")
    op.execute("DROP FUNCTION accounting_allocation_settle()")
    op.execute("DROP FUNCTION accounting_entry_balance()")
