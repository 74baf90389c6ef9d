"""Mark what is to be read

A part whose description or attributes change is read anew; all parts that there are already are read once.
"""

from alembic import op

revision = "substitutes_0004"
down_revision = "substitutes_0003"

_MARK = """
    INSERT INTO substitute_trait (product_id, company_id)
    SELECT p.id, p.company_id FROM product p WHERE p.id IN ({ids}) ON CONFLICT (product_id)
    DO UPDATE SET read_at = NULL WHERE substitute_trait.read_at IS NOT NULL
"""
_CHANGED = """
    SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
     WHERE (n.description, n.kind) IS DISTINCT FROM (o.description, o.kind)
"""


def upgrade() -> None:
    _trigger("product", "inserted", "INSERT", "NEW TABLE AS new_rows", "SELECT id FROM new_rows")
    tables = "OLD TABLE AS old_rows NEW TABLE AS new_rows"
    _trigger("product", "updated", "UPDATE", tables, _CHANGED)
    both = "SELECT product_id FROM new_rows UNION SELECT product_id FROM old_rows"
    _trigger("product_attribute", "updated", "UPDATE", tables, both)
    _trigger(
        "product_attribute", "inserted", "INSERT", "NEW TABLE AS new_rows", "SELECT product_id FROM new_rows"
    )
    _trigger(
        "product_attribute", "deleted", "DELETE", "OLD TABLE AS old_rows", "SELECT product_id FROM old_rows"
    )
    op.execute("INSERT INTO substitute_trait (product_id, company_id) SELECT id, company_id FROM product")


def _trigger(table: str, event: str, verb: str, tables: str, ids: str) -> None:
    name = f"substitute_{table}_{event}"
    op.execute(f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            {_MARK.format(ids=ids)}; RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER {name} AFTER {verb} ON {table} REFERENCING {tables}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}()
    """)


def downgrade() -> None:
    for name in (
        "product_inserted",
        "product_updated",
        "product_attribute_updated",
        "product_attribute_inserted",
        "product_attribute_deleted",
    ):
        op.execute(f"DROP FUNCTION substitute_{name}() CASCADE")
