"""The schema and the rows of a database, in a form that two databases can be compared by.

An uninstall must leave nothing behind, and migrations must make what the models say. Both are proved by
reading the whole of the schema from PostgreSQL's own catalog, not from what our code believes of it.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'"
_NOT_OF_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {oid} AND d.deptype = 'e')"

#: What changes with each install, and what is to stay when an addon goes: where its ids and numbers had
#: come to.
STAYING = ("host_state", "retired_id", "retired_counter")

#: Kind → a query of (name, definition).
QUERIES = {
    "table": f"""
        SELECT c.relname, c.relkind::text || CASE WHEN c.relrowsecurity THEN ' row security' ELSE '' END
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {_OURS}
           AND {_NOT_OF_EXTENSION.format(oid="c.oid")}""",
    "column": f"""
        SELECT c.relname || '.' || a.attname,
               concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                         CASE WHEN a.attnotnull THEN 'not null' END,
                         'default ' || pg_get_expr(d.adbin, d.adrelid),
                         'identity ' || nullif(a.attidentity::text, ''),
                         'generated ' || nullif(a.attgenerated::text, ''))
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND {_OURS}
           AND {_NOT_OF_EXTENSION.format(oid="c.oid")}""",
    "constraint": f"""
        SELECT coalesce(c.relname || '.', '') || k.conname, pg_get_constraintdef(k.oid)
          FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
          LEFT JOIN pg_class c ON c.oid = k.conrelid
         WHERE k.contype <> 'n' AND k.contype <> 't' AND {_OURS}""",
    "index": """
        SELECT tablename || '.' || indexname, indexdef FROM pg_indexes
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_'""",
    "sequence": f"""
        SELECT c.relname, format_type(s.seqtypid, NULL) || ' by ' || s.seqincrement
          FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}""",
    "trigger": """
        SELECT c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
          FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal""",
    "function": f"""
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid)
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE p.prokind IN ('f', 'p') AND {_OURS} AND {_NOT_OF_EXTENSION.format(oid="p.oid")}""",
    "type": f"""
        SELECT t.typname, concat_ws(' ', t.typtype::text,
                 (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
                    FROM pg_enum e WHERE e.enumtypid = t.oid))
          FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE t.typtype IN ('e', 'd') AND {_OURS} AND {_NOT_OF_EXTENSION.format(oid="t.oid")}""",
    "extension": "SELECT extname::text, extversion::text FROM pg_extension",
    "schema": f"SELECT n.nspname::text, '' FROM pg_namespace n WHERE {_OURS}",
}

#: What migrations make and models don't declare.
BEHAVIOUR = frozenset({"trigger", "function"})


def schema_of(connection: Connection, without: Iterable[str] = ()) -> set[str]:
    """One line for each object of the database: its kind, name and definition."""
    lines: set[str] = set()
    for kind, query in QUERIES.items():
        if kind not in without:
            rows = connection.execute(text(query))
            lines |= {f"{kind} {name}: {definition}" for name, definition in rows}
    return lines


def of_models(lines: Iterable[str]) -> set[str]:
    """Without the tables in which the host keeps how far each history has run: no model declares them."""
    return {line for line in lines if "_migration" not in line}


def differences(before: set[str], after: set[str]) -> list[str]:
    """What only one of two schemas has, as lines of a diff."""
    return [f"- {line}" for line in sorted(before - after)] + [f"+ {line}" for line in sorted(after - before)]


def rows_of(connection: Connection, without: Iterable[str] = STAYING) -> dict[str, list[str]]:
    """Every row of every table as text; the generation of the host grows with each act, so not that."""
    names = connection.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    ).scalars()
    return {
        name: sorted(connection.execute(text(f'SELECT t::text FROM "{name}" t')).scalars())
        for name in names
        if name not in without
    }
