"""Let choices and the palette find what begins so"""

from alembic import op
from sqlalchemy import text

revision = "partners_0005"
down_revision = "partners_0004"

BEGINNINGS = (("partner", "code"), ("partner", "name"))


def upgrade() -> None:
    op.create_index("ix_partner_company_id_code_id", "partner", ["company_id", "code", "id"])
    for table, column in BEGINNINGS:
        begins = text(f'lower({column} COLLATE "C")')
        op.create_index(f"ix_{table}_{column}_begins", table, ["company_id", begins])
        # An index on an expression is worth nothing before; an empty table that was analysed is planned for as empty.
        op.execute(f"DO $$ BEGIN IF EXISTS (SELECT FROM {table}) THEN ANALYZE {table}; END IF; END $$")


def downgrade() -> None:
    op.drop_index("ix_partner_company_id_code_id", table_name="partner")
    for table, column in BEGINNINGS:
        op.drop_index(f"ix_{table}_{column}_begins", table_name=table)
