"""Credit invoices line by line

A credit note may name the invoice of which it credits some lines, and its lines those of the invoice. Of no line more is
credited than was invoiced.
"""

import sqlalchemy as sa
from alembic import op

revision = "accounting_0021"
down_revision = "accounting_0020"

INVOICE, LINE = "accounting_invoice", "accounting_invoice_line"
REFUSAL = "posted documents never change: reverse this one and make a new one"


def upgrade() -> None:
    _add(INVOICE, "credits_id", INVOICE, "ix_accounting_invoice_credits_id")
    _add(LINE, "credits_line_id", LINE, "ix_accounting_invoice_line_credits")
    op.create_check_constraint(
        op.f("ck_accounting_invoice_credit_note_credits"),
        INVOICE,
        "credits_id IS NULL OR kind = 'credit_note'",
    )
    op.execute(f"""
        CREATE TRIGGER {INVOICE}_credits_stays BEFORE UPDATE ON {INVOICE} FOR EACH ROW
        WHEN (OLD.state = 'posted' AND OLD.credits_id IS DISTINCT FROM NEW.credits_id)
        EXECUTE FUNCTION refuse_change('{REFUSAL}');

        CREATE FUNCTION {LINE}_credited() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM 1 FROM {LINE} WHERE id = NEW.credits_line_id FOR NO KEY UPDATE;
            IF (SELECT sum(n.quantity) FROM {LINE} n WHERE n.credits_line_id = NEW.credits_line_id)
               > (SELECT quantity FROM {LINE} WHERE id = NEW.credits_line_id) THEN
                RAISE EXCEPTION 'more of a line would be credited than was invoiced'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_{LINE}_credited_was_invoiced', TABLE = '{LINE}';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {LINE}_credited AFTER INSERT OR UPDATE ON {LINE} FOR EACH ROW
        WHEN (NEW.credits_line_id IS NOT NULL) EXECUTE FUNCTION {LINE}_credited();
    """)


def _add(table: str, column: str, target: str, index: str) -> None:
    op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, target, [column], ["id"], ondelete="RESTRICT")
    where = sa.text(f"{column} IS NOT NULL")
    op.create_index(index, table, [column], unique=False, postgresql_where=where)


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {LINE}_credited() CASCADE")
    op.execute(f"DROP TRIGGER {INVOICE}_credits_stays ON {INVOICE}")
    op.drop_constraint(op.f("ck_accounting_invoice_credit_note_credits"), INVOICE, type_="check")
    op.drop_column(LINE, "credits_line_id")
    op.drop_column(INVOICE, "credits_id")
