"""State customers as they want it: when, what, from which day on, and with their branches"""

import sqlalchemy as sa
from alembic import op

revision = "billing_statements_0011"
down_revision = "billing_statements_0010"

REFUSAL = "a statement never changes once it is printed: do it again, which keeps the old version"
FROZEN = (
    "company_id, run_id, partner_id, number, version, currency_code, period_start, period_end, opening, debits, "
    "credits, closing, not_due, due_30, due_60, due_90, due_over, attachment_id, issued_at"
)


def upgrade() -> None:
    op.add_column("partner", sa.Column("statement_from", sa.Date(), nullable=True))
    op.add_column("partner", sa.Column("statement_before", sa.Text(), server_default="", nullable=False))
    op.add_column("partner", sa.Column("statement_when", sa.Text(), server_default="moved", nullable=False))
    op.add_column("partner", sa.Column("statement_form", sa.Text(), server_default="forward", nullable=False))
    op.add_column("partner", sa.Column("statement_partner_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "partner", sa.Column("statement_together", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_foreign_key(
        op.f("fk_partner_statement_partner_id"),
        "partner",
        "partner",
        ["statement_partner_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    for name, rule in (
        ("when_known", "statement_when IN ('moved', 'open', 'always')"),
        ("form_known", "statement_form IN ('forward', 'open_items')"),
        ("partner_other", "statement_partner_id <> id"),
    ):
        op.create_check_constraint(op.f(f"ck_partner_statement_{name}"), "partner", rule)
    op.create_index("ix_partner_stated", "partner", [sa.text("coalesce(statement_partner_id, id)")])
    _keep_branches_together()
    op.add_column("billing_statement", sa.Column("form", sa.Text(), server_default="forward", nullable=False))
    op.add_column(
        "billing_statement",
        sa.Column("transferred", sa.Numeric(18, 2), server_default="0", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_billing_statement_form_known"), "billing_statement", "form IN ('forward', 'open_items')"
    )
    _add_up("opening + transferred + debits - credits")
    _freeze(f"{FROZEN}, form, transferred")
    op.add_column("billing_statement_line", sa.Column("branch_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_billing_statement_line_branch_id"),
        "billing_statement_line",
        "partner",
        ["branch_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    _create_open_documents()


def downgrade() -> None:
    op.drop_table("billing_open_document")
    op.drop_constraint(
        op.f("fk_billing_statement_line_branch_id"), "billing_statement_line", type_="foreignkey"
    )
    op.drop_column("billing_statement_line", "branch_id")
    _freeze(FROZEN)
    op.drop_constraint(op.f("ck_billing_statement_closing_adds_up"), "billing_statement", type_="check")
    op.drop_column("billing_statement", "transferred")
    op.create_check_constraint(
        op.f("ck_billing_statement_closing_adds_up"),
        "billing_statement",
        "closing = opening + debits - credits",
        postgresql_not_valid=True,
    )
    op.drop_column("billing_statement", "form")
    op.execute("DROP TRIGGER partner_statement_together ON partner")
    op.execute("DROP FUNCTION partner_statement_together()")
    op.drop_index("ix_partner_stated", table_name="partner")
    for name in ("together", "partner_id", "form", "when", "before", "from"):
        op.drop_column("partner", f"statement_{name}")


def _keep_branches_together() -> None:
    """A head office has none of its own, and is of the same company; both are marked, for good."""
    op.execute("""
        CREATE FUNCTION partner_statement_together() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            was bigint := CASE TG_OP WHEN 'UPDATE' THEN OLD.statement_partner_id END;
        BEGIN
            IF NEW.statement_partner_id IS NOT DISTINCT FROM was THEN
                RETURN NEW;
            END IF;
            UPDATE partner SET statement_together = true WHERE id IN (was, NEW.statement_partner_id);
            IF NEW.statement_partner_id IS NOT NULL AND (
                EXISTS (SELECT 1 FROM partner WHERE statement_partner_id = NEW.id)
                OR NOT EXISTS (SELECT 1 FROM partner h WHERE h.id = NEW.statement_partner_id
                                  AND h.company_id = NEW.company_id AND h.statement_partner_id IS NULL)
            ) THEN
                RAISE EXCEPTION 'a head office is of the same company, and is no branch itself'
                      USING ERRCODE = 'check_violation', CONSTRAINT = 'partner_statement_together';
            END IF;
            NEW.statement_together := true;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER partner_statement_together BEFORE INSERT OR UPDATE OF statement_partner_id ON partner
        FOR EACH ROW EXECUTE FUNCTION partner_statement_together()
    """)


def _add_up(rule: str) -> None:
    name = op.f("ck_billing_statement_closing_adds_up")
    op.drop_constraint(name, "billing_statement", type_="check")
    op.create_check_constraint(name, "billing_statement", f"closing = {rule}")


def _freeze(columns: str) -> None:
    old = ", ".join(f"OLD.{c.strip()}" for c in columns.split(","))
    new = ", ".join(f"NEW.{c.strip()}" for c in columns.split(","))
    op.execute("DROP TRIGGER billing_statement_stays ON billing_statement")
    op.execute(f"""
        CREATE TRIGGER billing_statement_stays BEFORE UPDATE ON billing_statement FOR EACH ROW
        WHEN (OLD.state <> 'created' AND ({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)


def _create_open_documents() -> None:
    op.create_table(
        "billing_open_document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("open_item_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("residual", sa.Numeric(18, 2), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("residual <> 0", name=op.f("ck_billing_open_document_still_open")),
        sa.ForeignKeyConstraint(
            ["branch_id"],
            ["partner.id"],
            name=op.f("fk_billing_open_document_branch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["open_item_id"],
            ["accounting_open_item.id"],
            name=op.f("fk_billing_open_document_open_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["billing_statement.id"],
            name=op.f("fk_billing_open_document_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_open_document")),
        sa.UniqueConstraint(
            "statement_id", "open_item_id", name=op.f("uq_billing_open_document_statement_id_open_item_id")
        ),
    )
    op.execute(f"""
        CREATE TRIGGER billing_open_document_stays BEFORE UPDATE OR DELETE ON billing_open_document
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
