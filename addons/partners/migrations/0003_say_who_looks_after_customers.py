"""Say who looks after customers

`partners.read` opens the own customers only from now on: roles that had it keep seeing all.
"""

import sqlalchemy as sa
from alembic import op

revision = "partners_0003"
down_revision = "partners_0002"


def upgrade() -> None:
    op.add_column("partner", sa.Column("salesperson_id", sa.BigInteger(), nullable=True))
    op.add_column("partner", sa.Column("team_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_partner_salesperson_id"), "partner", ["salesperson_id"], unique=False)
    op.create_index(op.f("ix_partner_team_id"), "partner", ["team_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_partner_team_id"), "partner", "team", ["team_id"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(
        op.f("fk_partner_salesperson_id"), "partner", "user", ["salesperson_id"], ["id"], ondelete="SET NULL"
    )
    op.execute(
        "UPDATE role SET permissions = permissions || ARRAY['partners.read_all'] "
        "WHERE 'partners.read' = ANY(permissions)"
    )


def downgrade() -> None:
    op.execute("UPDATE role SET permissions = array_remove(permissions, 'partners.read_all')")
    op.drop_constraint(op.f("fk_partner_salesperson_id"), "partner", type_="foreignkey")
    op.drop_constraint(op.f("fk_partner_team_id"), "partner", type_="foreignkey")
    op.drop_index(op.f("ix_partner_team_id"), table_name="partner")
    op.drop_index(op.f("ix_partner_salesperson_id"), table_name="partner")
    op.drop_column("partner", "team_id")
    op.drop_column("partner", "salesperson_id")
