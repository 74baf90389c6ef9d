"""Put several taxes on a line, and taxes into prices

A tax may consist of others, whose rates it sums up, and may be in the prices that it is on: then a line keeps how much of
its amount that is. What there is stays as it is: no tax is a group, and none is in a price.
"""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "accounting_0019"
down_revision = "accounting_0018"

TAX, PART = "accounting_tax", "accounting_tax_part"
DOCUMENTS = ("accounting_invoice", "accounting_bill")
BEFORE, NOW = "net", "net + tax_within"
WORTH = "quantity * unit_price * (100 - discount) * 0.01"
#: Plans are kept for as long as a connection lives, and the first is made while the tables are small.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"


def upgrade() -> None:
    _know_groups()
    _sum_rates()
    for document in DOCUMENTS:
        line = f"{document}_line"
        op.add_column(
            line, sa.Column("tax_within", core.db.types.Money(), server_default="0", nullable=False)
        )
        _check(line, NOW)
        _guard_nets(document, "l.net + l.tax_within")


def _know_groups() -> None:
    op.create_table(
        PART,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], [f"{TAX}.id"], name=op.f("fk_accounting_tax_part_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], [f"{TAX}.id"], name=op.f("fk_accounting_tax_part_part_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_tax_part")),
        sa.UniqueConstraint("group_id", "part_id", name=op.f("uq_accounting_tax_part_group_id_part_id")),
        sa.UniqueConstraint("group_id", "position", name=op.f("uq_accounting_tax_part_group_id_position")),
    )
    op.create_index(op.f("ix_accounting_tax_part_part_id"), PART, ["part_id"], unique=False)
    for name in ("included", "grouped"):
        op.add_column(TAX, sa.Column(name, sa.Boolean(), server_default="false", nullable=False))
    op.alter_column(TAX, "account_id", existing_type=sa.BIGINT(), nullable=True)
    op.alter_column(TAX, "rate", existing_type=core.db.types.Rate(), server_default="0")
    op.create_check_constraint(
        op.f("ck_accounting_tax_groups_have_no_account"), TAX, "grouped = (account_id IS NULL)"
    )


def _sum_rates() -> None:
    """The rate of a group is that of its parts, whichever of them changes; a part is no group itself."""
    op.execute(f"""
        CREATE FUNCTION {PART}_is_single() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM {TAX} p JOIN {TAX} g ON g.company_id = p.company_id
                            WHERE p.id = NEW.part_id AND g.id = NEW.group_id AND NOT p.grouped AND g.grouped) THEN
                RAISE EXCEPTION 'a group consists of single taxes of its company'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_{PART}_is_single', TABLE = '{PART}';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {PART}_is_single AFTER INSERT OR UPDATE ON {PART}
        FOR EACH ROW EXECUTE FUNCTION {PART}_is_single();

        CREATE FUNCTION {PART}_sum() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE changed bigint;
        BEGIN
            IF TG_OP = 'DELETE' THEN changed := OLD.group_id; ELSE changed := NEW.group_id; END IF;
            UPDATE {TAX} g SET rate = (SELECT coalesce(sum(p.rate), 0) FROM {PART} x JOIN {TAX} p ON p.id = x.part_id
                                        WHERE x.group_id = g.id)
             WHERE g.id = changed;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {PART}_sum AFTER INSERT OR UPDATE OR DELETE ON {PART}
        FOR EACH ROW EXECUTE FUNCTION {PART}_sum();

        CREATE FUNCTION {TAX}_rate_of_groups() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE {TAX} g SET rate = g.rate + NEW.rate - OLD.rate
             WHERE g.id IN (SELECT group_id FROM {PART} WHERE part_id = NEW.id);
            RETURN NULL;
        END $$;
        CREATE TRIGGER {TAX}_rate_of_groups AFTER UPDATE OF rate ON {TAX}
        FOR EACH ROW WHEN (NOT NEW.grouped AND OLD.rate <> NEW.rate) EXECUTE FUNCTION {TAX}_rate_of_groups();
    """)


def _check(line: str, amount: str) -> None:
    name = op.f(f"ck_{line}_net_is_product")
    rounded = ", ".join(f"round({WORTH}, {digits})" for digits in (2, 1, 0))
    op.drop_constraint(name, line, type_="check")
    op.create_check_constraint(name, line, f"{amount} IN ({rounded})")


def _guard_nets(document: str, amount: str) -> None:
    """As the eleventh migration has it for invoices and the fourteenth for bills, with the tax within."""
    key = document.removeprefix("accounting_") + "_id"
    op.execute(f"""
        CREATE OR REPLACE FUNCTION {document}_nets() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
        DECLARE wrong record;
        BEGIN
            SELECT l.net, l.quantity, l.unit_price, y.code INTO wrong
              FROM changed c JOIN before b ON b.id = c.id AND b.state <> 'posted'
              JOIN currency y ON y.code = c.currency_code
              JOIN {document}_line l ON l.{key} = c.id
             WHERE c.state = 'posted'
               AND {amount} <> round(l.quantity * l.unit_price * (100 - l.discount) * 0.01, y.digits) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'the net % of a line is not % × % in the decimals of %',
                                wrong.net, wrong.quantity, wrong.unit_price, wrong.code
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_{document}_nets_are_products',
                          TABLE = '{document}';
            END IF;
            RETURN NULL;
        END $$
    """)


def downgrade() -> None:
    for document in DOCUMENTS:
        _guard_nets(document, "l.net")
        _check(f"{document}_line", BEFORE)
        op.drop_column(f"{document}_line", "tax_within")
    op.execute(f"DROP FUNCTION {TAX}_rate_of_groups() CASCADE")
    op.drop_index(op.f("ix_accounting_tax_part_part_id"), table_name=PART)
    op.drop_table(PART)
    for function in (f"{PART}_is_single", f"{PART}_sum"):
        op.execute(f"DROP FUNCTION {function}() CASCADE")
    op.drop_constraint(op.f("ck_accounting_tax_groups_have_no_account"), TAX, type_="check")
    op.alter_column(TAX, "account_id", existing_type=sa.BIGINT(), nullable=False)
    op.alter_column(TAX, "rate", existing_type=core.db.types.Rate(), server_default=None)
    for name in ("grouped", "included"):
        op.drop_column(TAX, name)
