"""Let lines be called off"""

import sqlalchemy as sa
from alembic import op

revision = "purchasing_0005"
down_revision = "purchasing_0004"


def upgrade() -> None:
    op.create_table(
        "purchasing_schedule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchasing_schedule_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["purchasing_order_line.id"],
            name=op.f("fk_purchasing_schedule_line_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchasing_schedule")),
    )
    op.create_index(
        op.f("ix_purchasing_schedule_line_id_date_id"),
        "purchasing_schedule",
        ["line_id", "date", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_purchasing_schedule_line_id_date_id"), table_name="purchasing_schedule")
    op.drop_table("purchasing_schedule")
