"""Keep what came back of the mail that was sent"""

import sqlalchemy as sa
from alembic import op

revision = "core_0022"
down_revision = "core_0021"

STATES = ("queued", "sending", "sent", "failed", "unsure", "cancelled", "returned")


def upgrade() -> None:
    _let_states(STATES)
    op.create_table(
        "mail_return",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("is_bad", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("state", sa.Text(), server_default="noted", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('bounced', 'delayed', 'away')", name=op.f("ck_mail_return_kind_known")),
        sa.CheckConstraint("state IN ('open', 'settled', 'noted')", name=op.f("ck_mail_return_state_known")),
        sa.CheckConstraint(
            "(kind = 'bounced') = (state <> 'noted')", name=op.f("ck_mail_return_bounced_is_a_task")
        ),
        sa.CheckConstraint("NOT is_bad OR kind = 'bounced'", name=op.f("ck_mail_return_bad_where_bounced")),
        sa.CheckConstraint("length(address) <= 1000", name=op.f("ck_mail_return_address_length")),
        sa.CheckConstraint("length(reason) <= 1000", name=op.f("ck_mail_return_reason_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_mail_return_company_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["mail_message.id"], name=op.f("fk_mail_return_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_return")),
        sa.UniqueConstraint("key", "address", name=op.f("uq_mail_return_key_address")),
    )
    op.create_index(op.f("ix_mail_return_company_id"), "mail_return", ["company_id"])
    op.create_index(op.f("ix_mail_return_message_id"), "mail_return", ["message_id"])
    op.create_index(
        "ix_mail_return_bad",
        "mail_return",
        [sa.text("lower(address)")],
        postgresql_where=sa.text("is_bad AND state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("mail_return")
    op.execute("UPDATE mail_message SET state = 'sent' WHERE state = 'returned'")
    _let_states(STATES[:-1])


def _let_states(states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_mail_message_state_known"), "mail_message", type_="check")
    op.create_check_constraint(op.f("ck_mail_message_state_known"), "mail_message", f"state IN {states}")
