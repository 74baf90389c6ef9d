"""Agree when documents are due"""

import sqlalchemy as sa
from alembic import op

revision = "accounting_0009"
down_revision = "accounting_0008"

RANGES = {"months": 24, "days": 366, "day": 31}


def upgrade() -> None:
    op.create_table(
        "accounting_payment_term",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("from_month_end", sa.Boolean(), server_default="false", nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in RANGES),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        *(
            sa.CheckConstraint(
                f"{name} BETWEEN 0 AND {most}", name=op.f(f"ck_accounting_payment_term_{name}_in_range")
            )
            for name, most in RANGES.items()
        ),
        sa.CheckConstraint("length(name) <= 1000", name=op.f("ck_accounting_payment_term_name_length")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_accounting_payment_term_company_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_payment_term")),
        sa.UniqueConstraint("company_id", "name", name=op.f("uq_accounting_payment_term_company_id_name")),
    )
    op.create_index(op.f("ix_accounting_payment_term_company_id"), "accounting_payment_term", ["company_id"])
    op.add_column("partner", sa.Column("payment_term_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_partner_payment_term_id"), "partner", ["payment_term_id"])
    op.create_foreign_key(
        op.f("fk_partner_payment_term_id"),
        "partner",
        "accounting_payment_term",
        ["payment_term_id"],
        ["id"],
        ondelete="RESTRICT",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_partner_payment_term_id"), "partner", type_="foreignkey")
    op.drop_index(op.f("ix_partner_payment_term_id"), table_name="partner")
    op.drop_column("partner", "payment_term_id")
    op.drop_table("accounting_payment_term")
