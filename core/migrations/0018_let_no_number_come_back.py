"""Let no number come back

Ids and numbers of an addon that goes are noted, and those of a sequence whose prefix has no year go on over the
years: such a sequence gave its second year the numbers of its first.
"""

import sqlalchemy as sa
from alembic import op

revision = "core_0018"
down_revision = "core_0017"


def upgrade() -> None:
    op.create_table(
        "retired_id",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_id")),
        sa.UniqueConstraint("table_name", name=op.f("uq_retired_id_table_name")),
    )
    op.create_table(
        "retired_counter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_counter")),
        sa.UniqueConstraint(
            "code", "company_id", "year", name=op.f("uq_retired_counter_code_company_id_year")
        ),
    )
    op.execute("""
        INSERT INTO sequence_counter (sequence_id, company_id, year, next_number)
        SELECT c.sequence_id, c.company_id, 0, max(c.next_number)
          FROM sequence_counter c JOIN sequence s ON s.id = c.sequence_id
         WHERE strpos(s.prefix, '{year}') = 0 GROUP BY c.sequence_id, c.company_id
    """)


def downgrade() -> None:
    op.execute("DELETE FROM sequence_counter WHERE year = 0")
    op.drop_table("retired_counter")
    op.drop_table("retired_id")
