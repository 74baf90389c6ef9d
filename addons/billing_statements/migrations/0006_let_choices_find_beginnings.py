"""Let choices and the palette find what begins so"""

from alembic import op
from sqlalchemy import text

revision = "billing_statements_0006"
down_revision = "billing_statements_0005"

BEGINNINGS = (("billing_statement", "number"),)


def upgrade() -> None:
    for table, column in BEGINNINGS:
        begins = text(f'lower({column} COLLATE "C")')
        op.create_index(f"ix_{table}_{column}_begins", table, ["company_id", begins])
        # An index on an expression is worth nothing before; an empty table that was analysed is planned for as empty.
        op.execute(f"DO $$ BEGIN IF EXISTS (SELECT FROM {table}) THEN ANALYZE {table}; END IF; END $$")


def downgrade() -> None:
    for table, column in BEGINNINGS:
        op.drop_index(f"ix_{table}_{column}_begins", table_name=table)
