"""Part credits that are not applied

What belongs to no document yet has no age. A statement that was superseded before it was printed has no file.
"""

import sqlalchemy as sa
from alembic import op

revision = "billing_statements_0005"
down_revision = "billing_statements_0004"

FROZEN = (
    "company_id, run_id, partner_id, number, version, currency_code, period_start, period_end, opening, debits, "
    "credits, closing, not_due, due_30, due_60, due_90, due_over, unapplied, attachment_id, issued_at"
)
BEFORE = FROZEN.replace("unapplied, ", "")
REFUSAL = "a statement never changes once it is printed: do it again, which keeps the old version"
AGES = "closing = not_due + due_30 + due_60 + due_90 + due_over"


def upgrade() -> None:
    op.add_column(
        "billing_statement", sa.Column("unapplied", sa.Numeric(18, 2), server_default="0", nullable=False)
    )
    _check(f"{AGES} + unapplied", "state IN ('created', 'superseded') OR attachment_id IS NOT NULL")
    _guard(FROZEN)


def _check(ages: str, file: str) -> None:
    for name, condition in (("ageing_adds_up", ages), ("rendered_has_file", file)):
        full = op.f(f"ck_billing_statement_{name}")
        op.drop_constraint(full, "billing_statement", type_="check")
        op.create_check_constraint(full, "billing_statement", condition)


def _guard(columns: str) -> None:
    old = ", ".join(f"OLD.{c.strip()}" for c in columns.split(","))
    new = ", ".join(f"NEW.{c.strip()}" for c in columns.split(","))
    op.execute("DROP TRIGGER billing_statement_stays ON billing_statement")
    op.execute(f"""
        CREATE TRIGGER billing_statement_stays BEFORE UPDATE ON billing_statement FOR EACH ROW
        WHEN (OLD.state <> 'created' AND ({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)


def downgrade() -> None:
    _guard(BEFORE)
    _check(AGES, "state = 'created' OR attachment_id IS NOT NULL")
    op.drop_column("billing_statement", "unapplied")
