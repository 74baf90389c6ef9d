"""Let choices find what begins so, the palette journal entries, and boards drafts"""

from alembic import op
from sqlalchemy import text

revision = "accounting_0007"
down_revision = "accounting_0006"

BEGINNINGS = (
    ("accounting_invoice", "number"),
    ("accounting_invoice", "reference"),
    ("accounting_payment", "number"),
    ("accounting_payment", "reference"),
    ("accounting_entry", "number"),
)


def upgrade() -> None:
    op.create_index(
        "ix_accounting_invoice_draft",
        "accounting_invoice",
        ["company_id"],
        postgresql_where=text("state = 'draft'"),
    )
    for table, column in BEGINNINGS:
        begins = text(f'lower({column} COLLATE "C")')
        op.create_index(f"ix_{table}_{column}_begins", table, ["company_id", begins])
        # An index on an expression is worth nothing before; an empty table that was analysed is planned for as empty.
        op.execute(f"DO $$ BEGIN IF EXISTS (SELECT FROM {table}) THEN ANALYZE {table}; END IF; END $$")
    op.create_index(
        "ix_accounting_entry_search",
        "accounting_entry",
        ["number", "narration"],
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops", "narration": "gin_trgm_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_accounting_invoice_draft", table_name="accounting_invoice")
    op.drop_index("ix_accounting_entry_search", table_name="accounting_entry")
    for table, column in BEGINNINGS:
        op.drop_index(f"ix_{table}_{column}_begins", table_name=table)
