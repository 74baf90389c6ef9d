"""Keep the layout of imports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0003"
down_revision = "core_0002"


def upgrade() -> None:
    op.add_column("data_import", sa.Column("layout", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("data_import", sa.Column("row_count", sa.Integer(), server_default="0", nullable=False))
    op.drop_index(op.f("ix_data_import_row_import_id_document"), table_name="data_import_row")
    op.create_index(
        op.f("ix_data_import_row_import_id_document"),
        "data_import_row",
        ["import_id", "document"],
        unique=False,
        postgresql_where=sa.text("document <> ''"),
    )
    op.execute("ALTER TABLE data_import_row SET (fillfactor = 50)")


def downgrade() -> None:
    op.execute("ALTER TABLE data_import_row RESET (fillfactor)")
    op.drop_index(op.f("ix_data_import_row_import_id_document"), table_name="data_import_row")
    op.create_index(
        op.f("ix_data_import_row_import_id_document"),
        "data_import_row",
        ["import_id", "document"],
        unique=False,
    )
    op.drop_column("data_import", "row_count")
    op.drop_column("data_import", "layout")
