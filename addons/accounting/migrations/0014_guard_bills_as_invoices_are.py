"""Guard bills as invoices are

Bills, their lines and taxes, and nettings stay once they are posted; amounts keep to the decimals of their
currency. A bill that was taken back is marked by the database, which frees its supplier's number. A chart that is
there already gets the accounts for purchases and input tax.
"""

from alembic import op

revision = "accounting_0014"
down_revision = "accounting_0013"

REFUSAL = "posted documents never change: reverse this one and make a new one"
#: Plans are kept for as long as a connection lives, and the first is made while the tables are small.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
BILL, NETTING, PAYMENT = "accounting_bill", "accounting_netting", "accounting_payment"
PAID = (
    "company_id, direction, number, partner_id, date, amount, currency_code, exchange_rate, reference, "
    "external_id, state, entry_id, reverses_id, posted_at"
)
STAY = {
    BILL: (
        "company_id, kind, number, partner_id, date, due_date, currency_code, exchange_rate, reference, "
        "external_id, state, net, tax, total, entry_id, reverses_id, posted_at"
    ),
    NETTING: (
        "company_id, number, partner_id, date, amount, currency_code, exchange_rate, state, entry_id, "
        "reverses_id, posted_at"
    ),
}
COARSE = "JOIN currency y ON y.code = c.currency_code AND y.digits < 2"
#: Table → (code, decimals, amount) of whatever a statement wrote in a currency with less than two decimals.
AMOUNTS = {
    BILL: f"""
        SELECT y.code, y.digits, unnest(ARRAY[c.net, c.tax, c.total]) AS amount
          FROM changed c {COARSE} WHERE c.state = 'posted'
        UNION ALL
        SELECT y.code, y.digits, unnest(ARRAY[t.base, t.amount])
          FROM changed c {COARSE} JOIN accounting_bill_tax t ON t.bill_id = c.id WHERE c.state = 'posted'
        UNION ALL
        SELECT y.code, y.digits, l.net
          FROM changed c {COARSE} JOIN accounting_bill_line l ON l.bill_id = c.id WHERE c.state = 'posted'
    """,
    NETTING: f"SELECT y.code, y.digits, c.amount FROM changed c {COARSE}",
}
PURPOSES = (
    "'receivable', 'payable', 'bank', 'sales', 'tax', 'exchange_difference', 'rounding', 'retained_earnings', "
    "'inventory', 'goods_received', 'goods_shipped', 'cost_of_goods_sold', 'inventory_difference'"
)
BOUGHT = "'purchases', 'input_tax'"
ACCOUNTS = (
    ("1400", "Input tax", "asset", "input_tax"),
    ("5100", "Purchases", "expense", "purchases"),
)
DOCUMENTS = "'invoice', 'credit_note', 'payment', 'refund', 'reversal'"


def upgrade() -> None:
    _know("accounting_account", "purpose", f"{PURPOSES}, {BOUGHT}")
    _know("accounting_open_item", "document", f"{DOCUMENTS}, 'bill', 'netting'")
    _give_accounts()
    for table, columns in STAY.items():
        _keep(table, columns)
        _keep_decimals(table)
        _keep_rates(table)
    for table in ("accounting_bill_line", "accounting_bill_tax"):
        _keep_lines(table)
    _keep_nets()
    _free_numbers()
    _stay(PAYMENT, f"{PAID}, side")


def _know(table: str, column: str, values: str) -> None:
    name = op.f(f"ck_{table}_{column}_known")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({values})")


def _give_accounts() -> None:
    for account in ACCOUNTS:
        values = ", ".join(f"'{value}'" for value in account)
        op.execute(f"""
            INSERT INTO accounting_account (company_id, code, name, kind, purpose)
            SELECT DISTINCT company_id, {values} FROM accounting_account
            ON CONFLICT (company_id, code) DO NOTHING
        """)


def _stay(table: str, columns: str) -> None:
    old, new = (", ".join(f"{row}.{c.strip()}" for c in columns.split(",")) for row in ("OLD", "NEW"))
    op.execute(f"DROP TRIGGER IF EXISTS {table}_stays ON {table}")
    op.execute(f"""
        CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW
        WHEN (OLD.state = 'posted' AND ({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)


def _keep(table: str, columns: str) -> None:
    _stay(table, columns)
    op.execute(f"""
        CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table} FOR EACH ROW
        WHEN (OLD.state = 'posted') EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)


def _keep_lines(table: str) -> None:
    op.execute(f"""
        CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM changed c JOIN {BILL} p ON p.id = c.bill_id WHERE p.state = 'posted') THEN
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


def _on_change(table: str, function: str) -> None:
    for event in ("INSERT", "UPDATE"):
        op.execute(f"""
            CREATE TRIGGER {function}_{event.lower()} AFTER {event} ON {table}
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}()
        """)


def _keep_decimals(table: str) -> None:
    op.execute(f"""
        CREATE FUNCTION {table}_decimals() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT a.* INTO wrong FROM ({AMOUNTS[table]}) a WHERE a.amount <> round(a.amount, a.digits) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'the amount % has more decimals than %, which has %',
                                wrong.amount, wrong.code, wrong.digits
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_{table}_decimals_of_currency',
                          TABLE = '{table}';
            END IF;
            RETURN NULL;
        END $$
    """)
    _on_change(table, f"{table}_decimals")


def _keep_rates(table: str) -> None:
    """The company's own currency has the rate 1."""
    op.execute(f"""
        CREATE FUNCTION {table}_rates() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT a.id, a.currency_code INTO wrong
              FROM changed a JOIN company c ON c.id = a.company_id
             WHERE a.state = 'posted' AND a.currency_code = c.currency_code AND a.exchange_rate <> 1 LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION '% is the currency of the books: its rate is 1', wrong.currency_code
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_{table}_rate_of_own_currency',
                          TABLE = '{table}';
            END IF;
            RETURN NULL;
        END $$
    """)
    _on_change(table, f"{table}_rates")


def _keep_nets() -> None:
    """To which decimals the net of a line is rounded is looked at when its bill is posted."""
    op.execute(f"""
        CREATE FUNCTION accounting_bill_nets() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT l.net, l.quantity, l.unit_price, y.code INTO wrong
              FROM changed c JOIN before b ON b.id = c.id AND b.state <> 'posted'
              JOIN currency y ON y.code = c.currency_code
              JOIN accounting_bill_line l ON l.bill_id = c.id
             WHERE c.state = 'posted'
               AND l.net <> round(l.quantity * l.unit_price * (100 - l.discount) * 0.01, y.digits) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'the net % of a line is not % × % in the decimals of %',
                                wrong.net, wrong.quantity, wrong.unit_price, wrong.code
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_{BILL}_nets_are_products',
                          TABLE = '{BILL}';
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER accounting_bill_nets_update AFTER UPDATE ON {BILL}
        REFERENCING OLD TABLE AS before NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION accounting_bill_nets()
    """)


def _free_numbers() -> None:
    """Mark what a posted credit note takes back; nothing else changes the mark."""
    op.execute(f"""
        CREATE FUNCTION accounting_bill_taken_back() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            UPDATE {BILL} SET taken_back = true WHERE id = NEW.reverses_id AND NOT taken_back;
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER accounting_bill_taken_back AFTER INSERT OR UPDATE ON {BILL} FOR EACH ROW
        WHEN (NEW.state = 'posted' AND NEW.reverses_id IS NOT NULL)
        EXECUTE FUNCTION accounting_bill_taken_back()
    """)
    # pg_trigger_depth is 0 for a plain statement and at least 1 within the trigger above.
    op.execute(f"""
        CREATE TRIGGER accounting_bill_mark_stays BEFORE UPDATE ON {BILL} FOR EACH ROW
        WHEN (OLD.taken_back <> NEW.taken_back AND pg_trigger_depth() = 0)
        EXECUTE FUNCTION refuse_change('only the credit note of a bill takes it back')
    """)


def downgrade() -> None:
    _stay(PAYMENT, PAID)
    op.execute(f"DROP TRIGGER accounting_bill_mark_stays ON {BILL}")
    functions = ["accounting_bill_taken_back", "accounting_bill_nets"]
    functions += [f"{table}_guard" for table in ("accounting_bill_line", "accounting_bill_tax")]
    functions += [f"{table}_{what}" for table in STAY for what in ("decimals", "rates")]
    for function in functions:
        op.execute(f"DROP FUNCTION {function}() CASCADE")
    for table in STAY:
        op.execute(f"DROP TRIGGER {table}_stays ON {table}")
        op.execute(f"DROP TRIGGER {table}_is_kept ON {table}")
    # The accounts stay: entries may stand on them.
    op.execute(f"UPDATE accounting_account SET purpose = NULL WHERE purpose IN ({BOUGHT})")
    _know("accounting_account", "purpose", PURPOSES)
    _know("accounting_open_item", "document", DOCUMENTS)
