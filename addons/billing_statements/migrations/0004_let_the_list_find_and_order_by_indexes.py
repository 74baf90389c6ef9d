"""Let the list find and order by indexes"""

from alembic import op

revision = "billing_statements_0004"
down_revision = "billing_statements_0003"


def upgrade() -> None:
    op.create_index(
        "ix_billing_statement_search",
        "billing_statement",
        ["number"],
        postgresql_using="gin",
        postgresql_ops={"number": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_billing_statement_company_id_period_end_id",
        "billing_statement",
        ["company_id", "period_end", "id"],
    )
    op.create_index(
        "ix_billing_statement_partner_id_period_end",
        "billing_statement",
        ["partner_id", "period_end"],
    )


def downgrade() -> None:
    op.drop_index("ix_billing_statement_partner_id_period_end", table_name="billing_statement")
    op.drop_index("ix_billing_statement_company_id_period_end_id", table_name="billing_statement")
    op.drop_index("ix_billing_statement_search", table_name="billing_statement")
