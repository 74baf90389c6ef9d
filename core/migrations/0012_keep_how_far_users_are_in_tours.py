"""Keep how far users are in tours"""

import sqlalchemy as sa
from alembic import op

revision = "core_0012"
down_revision = "core_0011"


def upgrade() -> None:
    op.create_table(
        "tour_place",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("tour", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("step >= 0", name=op.f("ck_tour_place_step_counts")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_tour_place_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tour_place")),
        sa.UniqueConstraint("user_id", "tour", name=op.f("uq_tour_place_user_id_tour")),
    )


def downgrade() -> None:
    op.drop_table("tour_place")
