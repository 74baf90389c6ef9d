"""Write off what is given up

A write-off stays once it is posted. A chart that is there already gets the two accounts that write-offs are booked
to; where their codes are taken they are left out, and whoever needs one is told to set its purpose.
"""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "accounting_0024"
down_revision = "accounting_0023"

TABLE = "accounting_write_off"
REFUSAL = "posted documents never change: reverse this one and make a new one"
#: Plans are kept for as long as a connection lives, and the first is made while the tables are small.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
STAY = (
    "company_id, number, kind, open_item_id, partner_id, side, date, amount, currency_code, exchange_rate, "
    "account_id, reason, state, entry_id, reverses_id, posted_at"
)
PURPOSES = (
    "'receivable', 'payable', 'bank', 'sales', 'tax', 'exchange_difference', 'rounding', 'retained_earnings', "
    "'inventory', 'goods_received', 'goods_shipped', 'cost_of_goods_sold', 'inventory_difference', "
    "'purchases', 'input_tax', 'price_difference', 'supplier_claims', 'accrued_landed_cost', "
    "'discount_allowed', 'discount_received'"
)
GIVEN_UP = "'small_difference', 'bad_debt'"
DOCUMENTS = "'invoice', 'credit_note', 'payment', 'refund', 'reversal', 'bill', 'netting'"
ACCOUNTS = (
    ("6800", "Bad debts", "expense", "bad_debt"),
    ("6810", "Small differences written off", "expense", "small_difference"),
)


def upgrade() -> None:
    op.create_table(
        "accounting_write_off",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="small_difference", nullable=False),
        sa.Column("open_item_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.Text(), server_default="receivable", nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(20, 10), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", core.db.types.Line(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('small_difference', 'bad_debt')", name=op.f("ck_accounting_write_off_kind_known")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_accounting_write_off_reason_given")),
        sa.CheckConstraint(
            "side IN ('receivable', 'payable')", name=op.f("ck_accounting_write_off_side_known")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (number IS NOT NULL AND entry_id IS NOT NULL AND posted_at IS NOT NULL AND exchange_rate IS NOT NULL AND account_id IS NOT NULL)",
            name=op.f("ck_accounting_write_off_posted_is_complete"),
        ),
        sa.CheckConstraint("state IN ('draft', 'posted')", name=op.f("ck_accounting_write_off_state_known")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_accounting_write_off_amount_positive")),
        sa.CheckConstraint("exchange_rate > 0", name=op.f("ck_accounting_write_off_rate_positive")),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_accounting_write_off_reason_length")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounting_account.id"],
            name=op.f("fk_accounting_write_off_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_accounting_write_off_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_accounting_write_off_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["accounting_entry.id"],
            name=op.f("fk_accounting_write_off_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["open_item_id", "company_id", "partner_id", "side", "currency_code"],
            [
                "accounting_open_item.id",
                "accounting_open_item.company_id",
                "accounting_open_item.partner_id",
                "accounting_open_item.side",
                "accounting_open_item.currency_code",
            ],
            name="fk_write_off_open_item",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_accounting_write_off_partner_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["accounting_write_off.id"],
            name=op.f("fk_accounting_write_off_reverses_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_write_off")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_accounting_write_off_company_id_number")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_accounting_write_off_entry_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_accounting_write_off_reverses_id")),
    )
    op.create_index(
        op.f("ix_accounting_write_off_company_id"), "accounting_write_off", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_accounting_write_off_company_id_date_id"),
        "accounting_write_off",
        ["company_id", "date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_accounting_write_off_number_begins",
        "accounting_write_off",
        ["company_id", sa.literal_column('lower(number COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        op.f("ix_accounting_write_off_open_item_id"), "accounting_write_off", ["open_item_id"], unique=False
    )
    op.create_index(
        op.f("ix_accounting_write_off_partner_id_date"),
        "accounting_write_off",
        ["partner_id", "date"],
        unique=False,
    )
    op.create_index(
        "ix_accounting_write_off_search",
        "accounting_write_off",
        ["number", "reason"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reason": "gin_trgm_ops"},
    )
    op.add_column(
        "company", sa.Column("write_off_limit", sa.Numeric(18, 2), server_default="10", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_company_write_off_limit_not_negative"), "company", "write_off_limit >= 0"
    )

    _know("accounting_account", "purpose", f"{PURPOSES}, {GIVEN_UP}")
    _know("accounting_open_item", "document", f"{DOCUMENTS}, 'write_off'")
    for account in ACCOUNTS:
        values = ", ".join(f"'{value}'" for value in account)
        op.execute(f"""
            INSERT INTO accounting_account (company_id, code, name, kind, purpose)
            SELECT DISTINCT company_id, {values} FROM accounting_account
            ON CONFLICT (company_id, code) DO NOTHING
        """)
    _keep()
    _keep_decimals()


def _know(table: str, column: str, values: str) -> None:
    name = op.f(f"ck_{table}_{column}_known")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({values})")


def _keep() -> None:
    old, new = (", ".join(f"{row}.{column}" for column in STAY.split(", ")) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE TRIGGER {TABLE}_stays BEFORE UPDATE ON {TABLE} FOR EACH ROW
        WHEN (OLD.state = 'posted' AND ({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
    op.execute(f"""
        CREATE TRIGGER {TABLE}_is_kept BEFORE DELETE ON {TABLE} FOR EACH ROW
        WHEN (OLD.state = 'posted') EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)


def _keep_decimals() -> None:
    op.execute(f"""
        CREATE FUNCTION {TABLE}_decimals() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT c.amount, y.code, y.digits INTO wrong
              FROM changed c JOIN currency y ON y.code = c.currency_code AND y.digits < 2
             WHERE c.amount <> round(c.amount, y.digits) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'the amount % has more decimals than %, which has %',
                                wrong.amount, wrong.code, wrong.digits
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_{TABLE}_decimals_of_currency',
                          TABLE = '{TABLE}';
            END IF;
            RETURN NULL;
        END $$
    """)
    for event in ("INSERT", "UPDATE"):
        op.execute(f"""
            CREATE TRIGGER {TABLE}_decimals_{event.lower()} AFTER {event} ON {TABLE}
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_decimals()
        """)


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {TABLE}_decimals() CASCADE")
    # The accounts stay: entries may stand on them.
    op.execute(f"UPDATE accounting_account SET purpose = NULL WHERE purpose IN ({GIVEN_UP})")
    _know("accounting_account", "purpose", PURPOSES)
    _know("accounting_open_item", "document", DOCUMENTS)
    op.drop_constraint(op.f("ck_company_write_off_limit_not_negative"), "company", type_="check")
    op.drop_column("company", "write_off_limit")
    op.drop_index(
        "ix_accounting_write_off_search",
        table_name="accounting_write_off",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reason": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_accounting_write_off_partner_id_date"), table_name="accounting_write_off")
    op.drop_index(op.f("ix_accounting_write_off_open_item_id"), table_name="accounting_write_off")
    op.drop_index("ix_accounting_write_off_number_begins", table_name="accounting_write_off")
    op.drop_index(op.f("ix_accounting_write_off_company_id_date_id"), table_name="accounting_write_off")
    op.drop_index(op.f("ix_accounting_write_off_company_id"), table_name="accounting_write_off")
    op.drop_table("accounting_write_off")
