"""Date and rate documents by the books

A company's books have a first day, its foreign currencies have dated rates, its years are closed; payments name
what they are for. What must hold of dates and rates is held for every entry and every posted document, whoever
writes it.
"""

import sqlalchemy as sa
from alembic import op

revision = "accounting_0006"
down_revision = "accounting_0005"

REFUSAL = "posted documents never change: reverse this one and make a new one"
#: As for the guards of posted documents: plans are kept for as long as a connection lives.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
RATED = ("accounting_invoice", "accounting_payment")
PURPOSES = "'receivable', 'payable', 'bank', 'sales', 'tax', 'exchange_difference', 'rounding'"
COMPLETE = "number IS NOT NULL AND entry_id IS NOT NULL AND posted_at IS NOT NULL"
LAST_YEAR = "(date_trunc('year', CURRENT_DATE) - interval '1 year')::date"


def upgrade() -> None:
    _extend_company()
    _create_rates()
    _create_closings()
    _create_lines()
    _widen_rates()
    _keep_earnings()
    _guard_dates()
    for table in RATED:
        _guard_rates(table)
    # Settlements have a list of their own now, latest first.
    op.create_index(
        op.f("ix_accounting_allocation_company_id_date_id"),
        "accounting_allocation",
        ["company_id", "date", "id"],
    )


def _extend_company() -> None:
    """Books that are there already begin no later than what stands in them."""
    op.add_column(
        "company", sa.Column("books_begin", sa.Date(), server_default=sa.text(LAST_YEAR), nullable=False)
    )
    op.add_column("company", sa.Column("rate_age", sa.Integer(), server_default="7", nullable=False))
    op.create_check_constraint(op.f("ck_company_rate_age_in_range"), "company", "rate_age BETWEEN 0 AND 366")
    op.execute("""
        UPDATE company c SET books_begin = least(c.books_begin, f.day)
          FROM (SELECT company_id, date_trunc('year', min(date))::date AS day FROM accounting_entry GROUP BY 1) f
         WHERE f.company_id = c.id
    """)


def _create_rates() -> None:
    op.create_table(
        "accounting_currency_rate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(3), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), server_default="manual", nullable=False),
        sa.Column("rate", sa.Numeric(20, 10), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_accounting_currency_rate_rate_positive")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_accounting_currency_rate_source_named")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_accounting_currency_rate_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_accounting_currency_rate_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_currency_rate")),
        sa.UniqueConstraint(
            "company_id",
            "currency_code",
            "date",
            "source",
            name=op.f("uq_accounting_currency_rate_company_id_currency_code_date_source"),
        ),
    )
    op.create_index(
        op.f("ix_accounting_currency_rate_company_id"), "accounting_currency_rate", ["company_id"]
    )
    op.create_index(
        op.f("ix_accounting_currency_rate_company_id_date_id"),
        "accounting_currency_rate",
        ["company_id", "date", "id"],
    )


def _create_closings() -> None:
    op.create_table(
        "accounting_closing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("reversal_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'closed', 'taken_back')", name=op.f("ck_accounting_closing_state_known")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR entry_id IS NOT NULL", name=op.f("ck_accounting_closing_closed_has_entry")
        ),
        sa.CheckConstraint(
            "(state = 'taken_back') = (reversal_id IS NOT NULL)",
            name=op.f("ck_accounting_closing_reversal_when_taken_back"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_accounting_closing_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["accounting_entry.id"],
            name=op.f("fk_accounting_closing_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reversal_id"],
            ["accounting_entry.id"],
            name=op.f("fk_accounting_closing_reversal_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_closing")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_accounting_closing_entry_id")),
        sa.UniqueConstraint("reversal_id", name=op.f("uq_accounting_closing_reversal_id")),
    )
    op.create_index(op.f("ix_accounting_closing_company_id"), "accounting_closing", ["company_id"])
    op.create_index(
        "uq_accounting_closing_live",
        "accounting_closing",
        ["company_id", "until"],
        unique=True,
        postgresql_where="state = 'closed'",
    )


def _create_lines() -> None:
    op.add_column(
        "accounting_payment", sa.Column("remainder", sa.Text(), server_default="oldest", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_accounting_payment_remainder_known"), "accounting_payment", "remainder IN ('oldest', 'keep')"
    )
    op.create_table(
        "accounting_payment_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("open_item_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_accounting_payment_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["accounting_payment.id"],
            name=op.f("fk_accounting_payment_line_payment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["open_item_id"],
            ["accounting_open_item.id"],
            name=op.f("fk_accounting_payment_line_open_item_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_payment_line")),
        sa.UniqueConstraint(
            "payment_id", "position", name=op.f("uq_accounting_payment_line_payment_id_position")
        ),
    )
    op.create_index(
        op.f("ix_accounting_payment_line_open_item_id"), "accounting_payment_line", ["open_item_id"]
    )
    _guard_lines()


def _guard_lines() -> None:
    """As for the lines of invoices."""
    op.execute(f"""
        CREATE FUNCTION accounting_payment_line_guard() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM changed c JOIN accounting_payment p ON p.id = c.payment_id
                        WHERE p.state = 'posted') THEN
                RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    for event, transition in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        op.execute(f"""
            CREATE TRIGGER accounting_payment_line_guard_{event.lower()} AFTER {event} ON accounting_payment_line
            REFERENCING {transition} TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION accounting_payment_line_guard()
        """)


def _widen_rates() -> None:
    """Six decimals are too few for a yen or a dong; a draft may still lack its rate."""
    for table in RATED:
        # A column that a trigger names can't change its type: the trigger is made again as it was.
        definition = _definition(f"{table}_stays")
        op.execute(f"DROP TRIGGER {table}_stays ON {table}")
        op.alter_column(table, "exchange_rate", type_=sa.Numeric(20, 10), nullable=True, server_default=None)
        op.execute(definition)
        name = op.f(f"ck_{table}_posted_is_complete")
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(
            name, table, f"state = 'draft' OR ({COMPLETE} AND exchange_rate IS NOT NULL)"
        )
    definition = _definition("accounting_open_item_stays")
    op.execute("DROP TRIGGER accounting_open_item_stays ON accounting_open_item")
    op.alter_column("accounting_open_item", "exchange_rate", type_=sa.Numeric(20, 10))
    op.execute(definition)


def _definition(trigger: str) -> str:
    found = op.get_bind().scalar(
        sa.text("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = :name"), {"name": trigger}
    )
    return str(found)


def _keep_earnings() -> None:
    """A chart that is there already gets the account for what years earn."""
    name = op.f("ck_accounting_account_purpose_known")
    op.drop_constraint(name, "accounting_account", type_="check")
    op.create_check_constraint(name, "accounting_account", f"purpose IN ({PURPOSES}, 'retained_earnings')")
    op.execute("""
        INSERT INTO accounting_account (company_id, code, name, kind, purpose)
        SELECT DISTINCT company_id, '3100', 'Retained earnings', 'equity', 'retained_earnings'
          FROM accounting_account
        ON CONFLICT (company_id, code) DO NOTHING
    """)


def _guard_dates() -> None:
    """A day more than the year is left to those whose clock is ahead of the server's."""
    op.execute(f"""
        CREATE FUNCTION accounting_entry_dates() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT a.number, a.date INTO wrong
              FROM added a JOIN company c ON c.id = a.company_id
             WHERE a.date < c.books_begin OR a.date > CURRENT_DATE + 366 LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'entry % is dated %: before the books begin, or more than a year ahead',
                                wrong.number, wrong.date
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_accounting_entry_dated_within_books',
                          TABLE = 'accounting_entry';
            END IF;
            SELECT a.number, x.until INTO wrong
              FROM added a JOIN accounting_closing x ON x.company_id = a.company_id AND x.state = 'closed'
             WHERE a.date <= x.until
               AND NOT EXISTS (SELECT 1 FROM accounting_closing o WHERE o.entry_id = a.reverses_id) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'entry % is dated in a year that was closed up to %', wrong.number, wrong.until
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_accounting_entry_dated_after_closing',
                          TABLE = 'accounting_entry';
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER accounting_entry_dates_insert AFTER INSERT ON accounting_entry
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION accounting_entry_dates()
    """)


def _guard_rates(table: str) -> None:
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
    for event in ("INSERT", "UPDATE"):
        op.execute(f"""
            CREATE TRIGGER {table}_rates_{event.lower()} AFTER {event} ON {table}
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {table}_rates()
        """)


def downgrade() -> None:
    op.drop_index(op.f("ix_accounting_allocation_company_id_date_id"), table_name="accounting_allocation")
    for table in RATED:
        op.execute(f"DROP FUNCTION {table}_rates() CASCADE")
    op.execute("DROP FUNCTION accounting_entry_dates() CASCADE")
    op.drop_table("accounting_payment_line")
    op.execute("DROP FUNCTION accounting_payment_line_guard()")
    op.drop_column("accounting_payment", "remainder")
    op.drop_table("accounting_closing")
    op.drop_table("accounting_currency_rate")
    op.drop_column("company", "rate_age")
    op.drop_column("company", "books_begin")
