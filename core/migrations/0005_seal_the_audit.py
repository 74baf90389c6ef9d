"""Seal the audit"""

import sqlalchemy as sa
from alembic import op

from core.db.types import Timestamp

revision = "core_0005"
down_revision = "core_0004"

REFUSAL = "audit events are only ever added"
#: Bounds the memory that making and checking a seal takes.
EVENTS_OF_A_SEAL = 20_000
COLUMNS = [
    "id",
    "at",
    "user_id",
    "user_name",
    "company_id",
    "action",
    "model",
    "record_id",
    "before",
    "after",
    "request_id",
]
# The text of an event, of which the seal is made; `core.security.seal` reads the same.
TEXT = """jsonb_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.user_id,
    e.user_name, e.company_id, e.action, e.model, e.record_id, e.before, e.after, e.request_id)::text"""


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Timestamp, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
    )
    op.add_column("audit_event", sa.Column("seal_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_audit_event_seal_id"),
        "audit_event",
        "audit_seal",
        ["seal_id"],
        ["id"],
        ondelete="RESTRICT",
        deferrable=True,
        initially="DEFERRED",
    )
    op.create_index(
        "ix_audit_event_unsealed", "audit_event", ["id"], postgresql_where=sa.text("seal_id IS NULL")
    )
    op.create_index("ix_audit_event_seal_id", "audit_event", ["seal_id"])
    _let_only_the_seal_be_set()
    _create_function()


def _let_only_the_seal_be_set() -> None:
    op.execute("DROP TRIGGER audit_event_is_append_only ON audit_event")
    before, after = (", ".join(f"{row}.{name}" for name in COLUMNS) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event FOR EACH ROW
        WHEN (OLD.seal_id IS NOT NULL OR NEW.seal_id IS NULL OR ({before}) IS DISTINCT FROM ({after}))
        EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
    for table in ("audit_event", "audit_seal"):
        events = "DELETE OR TRUNCATE" if table == "audit_event" else "UPDATE OR DELETE OR TRUNCATE"
        op.execute(f"""
            CREATE TRIGGER {table}_is_append_only BEFORE {events} ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{REFUSAL}')
        """)


def _create_function() -> None:
    # It runs with the rights of the tables' owner: the application's role may call it, and no more.
    op.execute(f"""
        CREATE FUNCTION seal_audit(min_age interval) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            previous record;
            next_id bigint;
            event_count bigint;
            content text;
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM audit_event WHERE seal_id IS NULL AND at <= now() - min_age) THEN
                RETURN 0;
            END IF;
            -- One seal after the other: each begins with the hash of the one before.
            PERFORM pg_advisory_xact_lock(hashtext('bincard.audit_seal'));
            SELECT s.id, s.hash INTO previous FROM audit_seal s ORDER BY s.id DESC LIMIT 1;
            next_id := coalesce(previous.id, 0) + 1;
            UPDATE audit_event SET seal_id = next_id WHERE id IN (
                SELECT id FROM audit_event WHERE seal_id IS NULL ORDER BY id LIMIT {EVENTS_OF_A_SEAL});
            SELECT count(*), string_agg({TEXT}, E'\\n' ORDER BY e.id) INTO event_count, content
              FROM audit_event e WHERE e.seal_id = next_id;
            IF event_count > 0 THEN
                INSERT INTO audit_seal (id, events, hash) VALUES (next_id, event_count, encode(sha256(convert_to(
                    concat_ws(E'\\n', coalesce(previous.hash, ''), next_id, event_count, content), 'UTF8')), 'hex'));
            END IF;
            RETURN event_count;
        END $$
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION seal_audit(interval)")
    op.execute("DROP TRIGGER audit_event_stays ON audit_event")
    op.execute("DROP TRIGGER audit_event_is_append_only ON audit_event")
    op.drop_column("audit_event", "seal_id")
    op.drop_table("audit_seal")
    op.execute(f"""
        CREATE TRIGGER audit_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{REFUSAL}')
    """)
