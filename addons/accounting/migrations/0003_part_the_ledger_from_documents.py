"""Part the ledger from documents

`accounting.read` opens documents only from now on: roles that had it keep seeing the ledger.
"""

from alembic import op

revision = "accounting_0003"
down_revision = "accounting_0002"


def upgrade() -> None:
    op.execute(
        "UPDATE role SET permissions = permissions || ARRAY['accounting.read_ledger'] "
        "WHERE 'accounting.read' = ANY(permissions)"
    )


def downgrade() -> None:
    op.execute("UPDATE role SET permissions = array_remove(permissions, 'accounting.read_ledger')")
