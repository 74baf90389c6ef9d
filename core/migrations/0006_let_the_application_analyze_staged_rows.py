"""Let the application analyze staged rows"""

from alembic import op

revision = "core_0006"
down_revision = "core_0005"


def upgrade() -> None:
    # Only the owner of a table may analyze it, and the application's role is not.
    op.execute("""
        CREATE FUNCTION analyze_import_rows() RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            ANALYZE data_import_row;
        END $$
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION analyze_import_rows()")
