"""Keep landed cost

What is posted stays, as it does of bills: it is taken back by the opposite.
"""

import sqlalchemy as sa
from alembic import op

revision = "purchasing_0004"
down_revision = "purchasing_0003"

REFUSAL = "posted documents never change: reverse this one and make a new one"
STAYS = "company_id, number, partner_id, date, currency_code, exchange_rate, reference, total, value"
LINE_STAYS = "landed_cost_id, kind, description, amount, spread, value"


def upgrade() -> None:
    op.create_table(
        "purchasing_landed_cost",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(20, 10), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("value", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state = 'reversed') = (reversed_on IS NOT NULL)",
            name=op.f("ck_purchasing_landed_cost_reversed_on_a_day"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (number IS NOT NULL AND exchange_rate IS NOT NULL)",
            name=op.f("ck_purchasing_landed_cost_posted_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'posted', 'reversed')", name=op.f("ck_purchasing_landed_cost_state_known")
        ),
        sa.CheckConstraint("exchange_rate > 0", name=op.f("ck_purchasing_landed_cost_rate_positive")),
        sa.CheckConstraint("length(note) <= 20000", name=op.f("ck_purchasing_landed_cost_note_length")),
        sa.CheckConstraint(
            "length(reference) <= 1000", name=op.f("ck_purchasing_landed_cost_reference_length")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_purchasing_landed_cost_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_purchasing_landed_cost_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_purchasing_landed_cost_partner_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_landed_cost")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_purchasing_landed_cost_company_id_number")),
    )
    op.create_index(
        op.f("ix_purchasing_landed_cost_company_id"), "purchasing_landed_cost", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_purchasing_landed_cost_company_id_date_id"),
        "purchasing_landed_cost",
        ["company_id", "date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_purchasing_landed_cost_number_begins",
        "purchasing_landed_cost",
        ["company_id", sa.literal_column('lower(number COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchasing_landed_cost_partner_id_date"),
        "purchasing_landed_cost",
        ["partner_id", "date"],
        unique=False,
    )
    op.create_index(
        "ix_purchasing_landed_cost_reference_begins",
        "purchasing_landed_cost",
        ["company_id", sa.literal_column('lower(reference COLLATE "C")')],
        unique=False,
    )
    op.create_index(
        "ix_purchasing_landed_cost_search",
        "purchasing_landed_cost",
        ["number", "reference"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.create_table(
        "purchasing_landed_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("landed_cost_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="1", nullable=False),
        sa.Column("kind", sa.Text(), server_default="freight", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("spread", sa.Text(), server_default="value", nullable=False),
        sa.Column("value", sa.Numeric(18, 2), server_default="0", nullable=False),
        sa.Column("billed", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "kind IN ('freight', 'duty', 'insurance', 'handling', 'other')",
            name=op.f("ck_purchasing_landed_line_kind_known"),
        ),
        sa.CheckConstraint(
            "spread IN ('value', 'weight', 'quantity')", name=op.f("ck_purchasing_landed_line_spread_known")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_purchasing_landed_line_amount_positive")),
        sa.CheckConstraint(
            "length(description) <= 1000", name=op.f("ck_purchasing_landed_line_description_length")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_purchasing_landed_line_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["landed_cost_id"],
            ["purchasing_landed_cost.id"],
            name=op.f("fk_purchasing_landed_line_landed_cost_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_landed_line")),
        sa.UniqueConstraint(
            "landed_cost_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_purchasing_landed_line_landed_cost_id_position"),
        ),
    )
    op.create_index(
        op.f("ix_purchasing_landed_line_company_id"), "purchasing_landed_line", ["company_id"], unique=False
    )
    op.create_table(
        "purchasing_landed_receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("landed_cost_id", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["landed_cost_id"],
            ["purchasing_landed_cost.id"],
            name=op.f("fk_purchasing_landed_receipt_landed_cost_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["stock_transfer.id"],
            name=op.f("fk_purchasing_landed_receipt_transfer_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_landed_receipt")),
        sa.UniqueConstraint(
            "landed_cost_id",
            "transfer_id",
            name=op.f("uq_purchasing_landed_receipt_landed_cost_id_transfer_id"),
        ),
    )
    op.create_index(
        op.f("ix_purchasing_landed_receipt_transfer_id"),
        "purchasing_landed_receipt",
        ["transfer_id"],
        unique=False,
    )
    op.create_table(
        "purchasing_landed_share",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("landed_line_id", sa.BigInteger(), nullable=False),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Numeric(precision=26, scale=8), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.CheckConstraint(
            "basis >= 0 AND amount >= 0", name=op.f("ck_purchasing_landed_share_share_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_purchasing_landed_share_company_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["landed_line_id"],
            ["purchasing_landed_line.id"],
            name=op.f("fk_purchasing_landed_share_landed_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["move_id"],
            ["stock_move.id"],
            name=op.f("fk_purchasing_landed_share_move_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_landed_share")),
    )
    op.create_index(
        op.f("ix_purchasing_landed_share_company_id"), "purchasing_landed_share", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_purchasing_landed_share_landed_line_id"),
        "purchasing_landed_share",
        ["landed_line_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchasing_landed_share_move_id"), "purchasing_landed_share", ["move_id"], unique=False
    )
    op.add_column("accounting_bill_line", sa.Column("landed_line_id", sa.BigInteger(), nullable=True))
    op.create_index(
        op.f("ix_accounting_bill_line_landed_line_id"),
        "accounting_bill_line",
        ["landed_line_id"],
        unique=False,
        postgresql_where="landed_line_id IS NOT NULL",
    )
    op.create_foreign_key(
        op.f("fk_accounting_bill_line_landed_line_id"),
        "accounting_bill_line",
        "purchasing_landed_line",
        ["landed_line_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    _guard_costs()
    _guard_parts()


def _both(columns: str) -> tuple[str, str]:
    old, new = (", ".join(f"{row}.{c.strip()}" for c in columns.split(",")) for row in ("OLD", "NEW"))
    return old, new


def _guard_costs() -> None:
    old, new = _both(STAYS)
    op.execute(f"""
        CREATE TRIGGER purchasing_landed_cost_stays BEFORE UPDATE ON purchasing_landed_cost FOR EACH ROW
        WHEN (OLD.state <> 'draft' AND (({old}) IS DISTINCT FROM ({new})
              OR NEW.state = 'draft' OR (OLD.state = 'reversed' AND NEW.state <> 'reversed')))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
    op.execute(f"""
        CREATE TRIGGER purchasing_landed_cost_is_kept BEFORE DELETE ON purchasing_landed_cost FOR EACH ROW
        WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
    op.execute("""
        CREATE TRIGGER purchasing_landed_share_stays BEFORE UPDATE OR DELETE ON purchasing_landed_share
        FOR EACH ROW EXECUTE FUNCTION refuse_change('what is booked never changes')
    """)


def _guard_parts() -> None:
    op.execute(f"""
        CREATE FUNCTION purchasing_landed_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE part record;
        BEGIN
            IF TG_OP = 'DELETE' THEN part := OLD; ELSE part := NEW; END IF;
            IF EXISTS (SELECT 1 FROM purchasing_landed_cost
                        WHERE id = part.landed_cost_id AND state <> 'draft') THEN
                RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN part;
        END $$
    """)
    old, new = _both(LINE_STAYS)
    for table in ("purchasing_landed_line", "purchasing_landed_receipt"):
        op.execute(f"""
            CREATE TRIGGER {table}_guard BEFORE INSERT OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION purchasing_landed_guard()
        """)
    op.execute(f"""
        CREATE TRIGGER purchasing_landed_line_stays BEFORE UPDATE ON purchasing_landed_line FOR EACH ROW
        WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION purchasing_landed_guard()
    """)
    op.execute("""
        CREATE TRIGGER purchasing_landed_receipt_stays BEFORE UPDATE ON purchasing_landed_receipt
        FOR EACH ROW EXECUTE FUNCTION purchasing_landed_guard()
    """)


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk_accounting_bill_line_landed_line_id"), "accounting_bill_line", type_="foreignkey"
    )
    op.drop_index(
        op.f("ix_accounting_bill_line_landed_line_id"),
        table_name="accounting_bill_line",
        postgresql_where="landed_line_id IS NOT NULL",
    )
    op.drop_column("accounting_bill_line", "landed_line_id")
    op.drop_index(op.f("ix_purchasing_landed_share_move_id"), table_name="purchasing_landed_share")
    op.drop_index(op.f("ix_purchasing_landed_share_landed_line_id"), table_name="purchasing_landed_share")
    op.drop_index(op.f("ix_purchasing_landed_share_company_id"), table_name="purchasing_landed_share")
    op.drop_table("purchasing_landed_share")
    op.drop_index(op.f("ix_purchasing_landed_receipt_transfer_id"), table_name="purchasing_landed_receipt")
    op.drop_table("purchasing_landed_receipt")
    op.drop_index(op.f("ix_purchasing_landed_line_company_id"), table_name="purchasing_landed_line")
    op.drop_table("purchasing_landed_line")
    op.drop_index(
        "ix_purchasing_landed_cost_search",
        table_name="purchasing_landed_cost",
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
    )
    op.drop_index("ix_purchasing_landed_cost_reference_begins", table_name="purchasing_landed_cost")
    op.drop_index(op.f("ix_purchasing_landed_cost_partner_id_date"), table_name="purchasing_landed_cost")
    op.drop_index("ix_purchasing_landed_cost_number_begins", table_name="purchasing_landed_cost")
    op.drop_index(op.f("ix_purchasing_landed_cost_company_id_date_id"), table_name="purchasing_landed_cost")
    op.drop_index(op.f("ix_purchasing_landed_cost_company_id"), table_name="purchasing_landed_cost")
    op.drop_table("purchasing_landed_cost")
    op.execute("DROP FUNCTION purchasing_landed_guard()")
