"""Part the file from approval

Whoever approves or pays runs gets the file for the bank: roles that did the one or the other may from now on.
"""

from alembic import op

revision = "supplier_payments_0003"
down_revision = "supplier_payments_0002"


def upgrade() -> None:
    op.execute(
        "UPDATE role SET permissions = permissions || ARRAY['supplier_payments.file'] "
        "WHERE permissions && ARRAY['supplier_payments.approve', 'supplier_payments.pay'] "
        "AND NOT 'supplier_payments.file' = ANY(permissions)"
    )


def downgrade() -> None:
    op.execute("UPDATE role SET permissions = array_remove(permissions, 'supplier_payments.file')")
