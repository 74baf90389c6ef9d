"""Keep the consent of customers"""

import sqlalchemy as sa
from alembic import op

revision = "substitutes_0005"
down_revision = "substitutes_0004"


def upgrade() -> None:
    op.create_table(
        "substitute_consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("substitute_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("unit_price", sa.Numeric(20, 6), nullable=True),
        sa.Column("currency_code", sa.String(length=3), nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'agreed', 'refused', 'withdrawn')",
            name=op.f("ck_substitute_consent_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('agreed', 'refused') OR answered_at IS NOT NULL",
            name=op.f("ck_substitute_consent_answered"),
        ),
        sa.CheckConstraint(
            "length(answered_by) <= 1000", name=op.f("ck_substitute_consent_answered_by_length")
        ),
        sa.CheckConstraint("length(because) <= 1000", name=op.f("ck_substitute_consent_because_length")),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_substitute_consent_note_length")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_substitute_consent_quantity_positive")),
        sa.CheckConstraint("substitute_id <> product_id", name=op.f("ck_substitute_consent_not_itself")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_substitute_consent_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["currency_code"],
            ["currency.code"],
            name=op.f("fk_substitute_consent_currency_code"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["link.id"], name=op.f("fk_substitute_consent_link_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_substitute_consent_order_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["sales_order_line.id"],
            name=op.f("fk_substitute_consent_order_line_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_substitute_consent_partner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_substitute_consent_product_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["product.id"],
            name=op.f("fk_substitute_consent_substitute_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_substitute_consent_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute_consent")),
    )
    op.create_index(
        op.f("ix_substitute_consent_company_id"), "substitute_consent", ["company_id"], unique=False
    )
    op.create_index(op.f("ix_substitute_consent_link_id"), "substitute_consent", ["link_id"], unique=False)
    op.create_index(op.f("ix_substitute_consent_order_id"), "substitute_consent", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_substitute_consent_order_line_id"), "substitute_consent", ["order_line_id"], unique=False
    )
    op.create_index(
        op.f("ix_substitute_consent_partner_id_product_id_substitute_id"),
        "substitute_consent",
        ["partner_id", "product_id", "substitute_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_substitute_consent_product_id"), "substitute_consent", ["product_id"], unique=False
    )
    op.create_index(
        op.f("ix_substitute_consent_substitute_id"), "substitute_consent", ["substitute_id"], unique=False
    )
    op.execute("""
        CREATE TRIGGER substitute_consent_of_one_company
        BEFORE INSERT OR UPDATE OF company_id, product_id, substitute_id ON substitute_consent
        FOR EACH ROW EXECUTE FUNCTION substitute_of_one_company()
    """)


def downgrade() -> None:
    op.execute("DELETE FROM link WHERE purpose = 'substitute.consent'")
    op.drop_index(op.f("ix_substitute_consent_substitute_id"), table_name="substitute_consent")
    op.drop_index(op.f("ix_substitute_consent_product_id"), table_name="substitute_consent")
    op.drop_index(
        op.f("ix_substitute_consent_partner_id_product_id_substitute_id"), table_name="substitute_consent"
    )
    op.drop_index(op.f("ix_substitute_consent_order_line_id"), table_name="substitute_consent")
    op.drop_index(op.f("ix_substitute_consent_order_id"), table_name="substitute_consent")
    op.drop_index(op.f("ix_substitute_consent_link_id"), table_name="substitute_consent")
    op.drop_index(op.f("ix_substitute_consent_company_id"), table_name="substitute_consent")
    op.drop_table("substitute_consent")
