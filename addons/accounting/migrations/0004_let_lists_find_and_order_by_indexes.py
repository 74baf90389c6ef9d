"""Let lists find and order by indexes"""

from alembic import op

revision = "accounting_0004"
down_revision = "accounting_0003"

SEARCHED = ("accounting_invoice", "accounting_payment", "accounting_open_item")
ORDERED = ("accounting_invoice", "accounting_open_item", "accounting_entry")


def upgrade() -> None:
    for table in SEARCHED:
        op.create_index(
            f"ix_{table}_search",
            table,
            ["number", "reference"],
            postgresql_using="gin",
            postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
        )
    # With the id in it an index has the very order of a list, also where a day has hundreds of documents.
    for table in (*ORDERED, "accounting_payment"):
        op.create_index(f"ix_{table}_company_id_date_id", table, ["company_id", "date", "id"])
    for table in ORDERED:
        op.drop_index(f"ix_{table}_company_id_date", table_name=table)


def downgrade() -> None:
    for table in ORDERED:
        op.create_index(f"ix_{table}_company_id_date", table, ["company_id", "date"])
    for table in (*ORDERED, "accounting_payment"):
        op.drop_index(f"ix_{table}_company_id_date_id", table_name=table)
    for table in SEARCHED:
        op.drop_index(f"ix_{table}_search", table_name=table)
