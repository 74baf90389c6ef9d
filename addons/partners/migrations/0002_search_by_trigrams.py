"""Search by trigrams"""

from alembic import op

revision = "partners_0002"
down_revision = "partners_0001"


def upgrade() -> None:
    op.create_index(
        "ix_partner_search",
        "partner",
        ["code", "name", "email"],
        postgresql_using="gin",
        postgresql_ops={"code": "gin_trgm_ops", "name": "gin_trgm_ops", "email": "gin_trgm_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_partner_search", table_name="partner")
