"""Value foreign currency at the end of periods

A revaluation stays once it is posted, but for being taken back, and so do its lines. A chart that is there already
gets the two accounts; where their codes are taken they are left out, and whoever needs one is told to set its purpose.
"""

import sqlalchemy as sa
from alembic import op

revision = "accounting_0025"
down_revision = "accounting_0024"

TABLE, LINE = "accounting_revaluation", "accounting_revaluation_line"
REFUSAL = "posted documents never change: reverse this one and make a new one"
#: Plans are kept for as long as a connection lives, and the first is made while the tables are small.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
STAY = "company_id, number, date, difference, entry_id, opposite_id, replaces_id, posted_at"
CHECK = "ck_accounting_account_purpose_known"
PURPOSES = (
    "'receivable', 'payable', 'bank', 'sales', 'tax', 'exchange_difference', 'rounding', 'retained_earnings', "
    "'inventory', 'goods_received', 'goods_shipped', 'cost_of_goods_sold', 'inventory_difference', "
    "'purchases', 'input_tax', 'price_difference', 'supplier_claims', 'accrued_landed_cost', "
    "'discount_allowed', 'discount_received', 'small_difference', 'bad_debt'"
)
VALUED = "'unrealised_difference', 'currency_valuation'"
ACCOUNTS = (
    ("1290", "Valuation of foreign currency", "asset", "currency_valuation"),
    ("6950", "Unrealised exchange differences", "expense", "unrealised_difference"),
)


def upgrade() -> None:
    op.create_table(
        "accounting_revaluation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("difference", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("opposite_id", sa.BigInteger(), nullable=True),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state = 'draft' OR (number IS NOT NULL AND posted_at IS NOT NULL)",
            name=op.f("ck_accounting_revaluation_posted_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'posted', 'taken_back')", name=op.f("ck_accounting_revaluation_state_known")
        ),
        sa.CheckConstraint(
            "(entry_id IS NULL) = (opposite_id IS NULL)",
            name=op.f("ck_accounting_revaluation_entries_come_in_pairs"),
        ),
        sa.CheckConstraint(
            "difference = 0 OR entry_id IS NOT NULL",
            name=op.f("ck_accounting_revaluation_difference_is_booked"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_accounting_revaluation_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["accounting_entry.id"],
            name=op.f("fk_accounting_revaluation_entry_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["opposite_id"],
            ["accounting_entry.id"],
            name=op.f("fk_accounting_revaluation_opposite_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["accounting_revaluation.id"],
            name=op.f("fk_accounting_revaluation_replaces_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_revaluation")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_accounting_revaluation_company_id_number")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_accounting_revaluation_entry_id")),
        sa.UniqueConstraint("opposite_id", name=op.f("uq_accounting_revaluation_opposite_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_accounting_revaluation_replaces_id")),
    )
    op.create_index(
        op.f("ix_accounting_revaluation_company_id"), "accounting_revaluation", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_accounting_revaluation_company_id_date_id"),
        "accounting_revaluation",
        ["company_id", "date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_accounting_revaluation_search",
        "accounting_revaluation",
        ["number"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.create_index(
        "uq_accounting_revaluation_live",
        "accounting_revaluation",
        ["company_id", "date"],
        unique=True,
        postgresql_where=sa.text("state = 'posted'"),
    )
    op.create_table(
        "accounting_revaluation_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("revaluation_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("open_item_id", sa.BigInteger(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("book_value", sa.Numeric(18, 2), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(20, 10), nullable=True),
        sa.Column("value", sa.Numeric(18, 2), nullable=True),
        sa.Column("difference", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(exchange_rate IS NULL) = (reason <> '')",
            name=op.f("ck_accounting_revaluation_line_reason_where_no_rate"),
        ),
        sa.CheckConstraint(
            "kind IN ('receivable', 'payable', 'bank')",
            name=op.f("ck_accounting_revaluation_line_kind_known"),
        ),
        sa.CheckConstraint(
            "(exchange_rate IS NULL) = (value IS NULL)",
            name=op.f("ck_accounting_revaluation_line_value_by_rate"),
        ),
        sa.CheckConstraint(
            "difference = coalesce(value - book_value, 0)",
            name=op.f("ck_accounting_revaluation_line_difference_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounting_account.id"],
            name=op.f("fk_accounting_revaluation_line_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_accounting_revaluation_line_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["open_item_id"],
            ["accounting_open_item.id"],
            name=op.f("fk_accounting_revaluation_line_open_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_accounting_revaluation_line_partner_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["revaluation_id"],
            ["accounting_revaluation.id"],
            name=op.f("fk_accounting_revaluation_line_revaluation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_revaluation_line")),
        sa.UniqueConstraint(
            "revaluation_id", "position", name=op.f("uq_accounting_revaluation_line_revaluation_id_position")
        ),
    )
    op.create_index(
        op.f("ix_accounting_revaluation_line_open_item_id"),
        "accounting_revaluation_line",
        ["open_item_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_accounting_revaluation_line_partner_id"),
        "accounting_revaluation_line",
        ["partner_id"],
        unique=False,
    )

    _know(f"{PURPOSES}, {VALUED}")
    for account in ACCOUNTS:
        values = ", ".join(f"'{value}'" for value in account)
        op.execute(f"""
            INSERT INTO accounting_account (company_id, code, name, kind, purpose)
            SELECT DISTINCT company_id, {values} FROM accounting_account
            ON CONFLICT (company_id, code) DO NOTHING
        """)
    _keep()
    _keep_lines()


def _know(purposes: str) -> None:
    name = op.f(CHECK)
    op.drop_constraint(name, "accounting_account", type_="check")
    op.create_check_constraint(name, "accounting_account", f"purpose IN ({purposes})")


def _keep() -> None:
    """One that was posted may be taken back, and then changes no more."""
    old, new = (", ".join(f"{row}.{column}" for column in STAY.split(", ")) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE TRIGGER {TABLE}_stays BEFORE UPDATE ON {TABLE} FOR EACH ROW
        WHEN (OLD.state <> 'draft' AND (({old}) IS DISTINCT FROM ({new})
              OR (OLD.state, NEW.state) NOT IN (('posted', 'posted'), ('posted', 'taken_back'),
                                                ('taken_back', 'taken_back'))))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
    op.execute(f"""
        CREATE TRIGGER {TABLE}_is_kept BEFORE DELETE ON {TABLE} FOR EACH ROW
        WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)


def _keep_lines() -> None:
    op.execute(f"""
        CREATE FUNCTION {LINE}_guard() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM changed c JOIN {TABLE} p ON p.id = c.revaluation_id
                        WHERE p.state <> 'draft') THEN
                RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    for event, transition in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        op.execute(f"""
            CREATE TRIGGER {LINE}_guard_{event.lower()} AFTER {event} ON {LINE}
            REFERENCING {transition} TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION {LINE}_guard()
        """)


def downgrade() -> None:
    # The accounts stay: entries may stand on them.
    op.execute(f"UPDATE accounting_account SET purpose = NULL WHERE purpose IN ({VALUED})")
    _know(PURPOSES)
    op.execute(f"DROP FUNCTION {LINE}_guard() CASCADE")
    op.drop_index(op.f("ix_accounting_revaluation_line_partner_id"), table_name="accounting_revaluation_line")
    op.drop_index(
        op.f("ix_accounting_revaluation_line_open_item_id"), table_name="accounting_revaluation_line"
    )
    op.drop_table("accounting_revaluation_line")
    op.drop_index(
        "uq_accounting_revaluation_live",
        table_name="accounting_revaluation",
        postgresql_where=sa.text("state = 'posted'"),
    )
    op.drop_index(
        "ix_accounting_revaluation_search",
        table_name="accounting_revaluation",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_accounting_revaluation_company_id_date_id"), table_name="accounting_revaluation")
    op.drop_index(op.f("ix_accounting_revaluation_company_id"), table_name="accounting_revaluation")
    op.drop_table("accounting_revaluation")
