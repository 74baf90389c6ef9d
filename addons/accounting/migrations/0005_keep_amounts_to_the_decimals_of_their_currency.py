"""Keep amounts to the decimals of their currency

Looked at once a statement, and only where a currency without cents is concerned: a batch of dollars pays next
to nothing. A document may be half-changed while it is a draft, so that its amounts are looked at when it is
posted, as the balance of an entry is.
"""

from alembic import op

revision = "accounting_0005"
down_revision = "accounting_0004"

#: As for the guards of posted documents: plans are kept for as long as a connection lives.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
COARSE = "JOIN currency y ON y.code = {code} AND y.digits < 2"
_IN_CURRENCY = COARSE.format(code="c.currency_code")
_IN_COMPANY = "JOIN company o ON o.id = {owner}.company_id " + COARSE.format(code="o.currency_code")
_POSTED = f"changed c {_IN_CURRENCY}"

#: Table → (code, decimals, amount) of whatever a statement wrote in a currency with less than two decimals.
AMOUNTS = {
    "accounting_invoice": f"""
        SELECT y.code, y.digits, unnest(ARRAY[c.net, c.tax, c.total]) AS amount
          FROM {_POSTED} WHERE c.state = 'posted'
        UNION ALL
        SELECT y.code, y.digits, unnest(ARRAY[t.base, t.amount])
          FROM {_POSTED} JOIN accounting_invoice_tax t ON t.invoice_id = c.id WHERE c.state = 'posted'
        UNION ALL
        SELECT y.code, y.digits, l.net
          FROM {_POSTED} JOIN accounting_invoice_line l ON l.invoice_id = c.id WHERE c.state = 'posted'
    """,
    "accounting_payment": f"SELECT y.code, y.digits, c.amount FROM changed c {_IN_CURRENCY}",
    "accounting_allocation": f"SELECT y.code, y.digits, c.amount FROM changed c {_IN_CURRENCY}",
    "accounting_entry_line": f"SELECT y.code, y.digits, c.amount_currency AS amount FROM changed c {_IN_CURRENCY}",
    "accounting_entry": f"""
        SELECT y.code, y.digits, l.debit + l.credit AS amount
          FROM changed c {_IN_COMPANY.format(owner="c")}
          JOIN accounting_entry_line l ON l.entry_id = c.id WHERE c.state = 'posted'
    """,
    "accounting_open_item": f"""
        SELECT y.code, y.digits, c.amount FROM changed c {_IN_CURRENCY}
        UNION ALL
        SELECT y.code, y.digits, c.company_amount FROM changed c {_IN_COMPANY.format(owner="c")}
    """,
}
#: What is only ever added has nothing to be looked at again.
ONLY_ADDED = {"accounting_allocation", "accounting_open_item"}


def upgrade() -> None:
    _leave_what_has_cents()
    _loosen_lines()
    for table, amounts in AMOUNTS.items():
        _guard(table, amounts)
    _guard_lines()


def _leave_what_has_cents() -> None:
    """A currency in which there are cents already goes on with them: posted documents never change."""
    used = " UNION ALL ".join(
        f"SELECT a.code FROM ({amounts.replace('changed c', f'{table} c')}) a "
        "WHERE a.amount <> round(a.amount, a.digits)"
        for table, amounts in AMOUNTS.items()
    )
    op.execute("ALTER TABLE currency DISABLE TRIGGER currency_digits_stay")
    op.execute(f"UPDATE currency SET digits = 2 WHERE code IN ({used})")
    op.execute("ALTER TABLE currency ENABLE TRIGGER currency_digits_stay")


def _loosen_lines() -> None:
    name = op.f("ck_accounting_invoice_line_net_is_product")
    op.drop_constraint(name, "accounting_invoice_line", type_="check")
    op.create_check_constraint(
        name,
        "accounting_invoice_line",
        "net IN (round(quantity * unit_price, 2), round(quantity * unit_price, 1), "
        "round(quantity * unit_price, 0))",
    )


def _guard(table: str, amounts: str) -> None:
    op.execute(f"""
        CREATE FUNCTION {table}_decimals() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT a.* INTO wrong FROM ({amounts}) a WHERE a.amount <> round(a.amount, a.digits) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'the amount % has more decimals than %, which has %',
                                wrong.amount, wrong.code, wrong.digits
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_{table}_decimals_of_currency',
                          TABLE = '{table}';
            END IF;
            RETURN NULL;
        END $$
    """)
    for event in ("INSERT",) if table in ONLY_ADDED else ("INSERT", "UPDATE"):
        op.execute(f"""
            CREATE TRIGGER {table}_decimals_{event.lower()} AFTER {event} ON {table}
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {table}_decimals()
        """)


def _guard_lines() -> None:
    """A line does not know its currency: to which decimals its net is rounded is looked at when it is posted."""
    op.execute(f"""
        CREATE FUNCTION accounting_invoice_nets() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT l.net, l.quantity, l.unit_price, y.code INTO wrong
              FROM changed c JOIN before b ON b.id = c.id AND b.state <> 'posted'
              JOIN currency y ON y.code = c.currency_code
              JOIN accounting_invoice_line l ON l.invoice_id = c.id
             WHERE c.state = 'posted' AND l.net <> round(l.quantity * l.unit_price, y.digits) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'the net % of a line is not % × % in the decimals of %',
                                wrong.net, wrong.quantity, wrong.unit_price, wrong.code
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_accounting_invoice_nets_are_products',
                          TABLE = 'accounting_invoice';
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER accounting_invoice_nets_update AFTER UPDATE ON accounting_invoice
        REFERENCING OLD TABLE AS before NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION accounting_invoice_nets()
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION accounting_invoice_nets() CASCADE")
    for table in AMOUNTS:
        op.execute(f"DROP FUNCTION {table}_decimals() CASCADE")
    name = op.f("ck_accounting_invoice_line_net_is_product")
    op.drop_constraint(name, "accounting_invoice_line", type_="check")
    op.create_check_constraint(name, "accounting_invoice_line", "net = round(quantity * unit_price, 2)")
