"""Guard what never changes"""

from alembic import op

revision = "core_0002"
down_revision = "core_0001"


def upgrade() -> None:
    # A function for every addon's guards: the trigger says in its argument what people are told.
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER audit_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('audit events are only ever added')
    """)
    op.execute("""
        CREATE TRIGGER attachment_contents_are_fixed BEFORE UPDATE OF sha256, size ON attachment
        FOR EACH ROW EXECUTE FUNCTION refuse_change('the contents of an attachment never change: add another one')
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER attachment_contents_are_fixed ON attachment")
    op.execute("DROP TRIGGER audit_event_is_append_only ON audit_event")
    op.execute("DROP FUNCTION refuse_change()")
