"""Numbers that an uninstalled addon has given out, kept so that they are never given out again.

Problem: an addon is uninstalled and installed again; its first statement gets the id 1, which an earlier one
had, and with it that one's letters, files and idempotency keys, which are the host's and stayed. Rule: where
the ids of a table and the numbers of a sequence had come to is noted when they go, and they go on from there.
Example: statements up to id 163 and ST/2026/00163 → the next ones are 164 and ST/2026/00164.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

_LAST_ID = text("""
    INSERT INTO retired_id (table_name, last_id)
    SELECT :table, last
      FROM pg_sequence_last_value(pg_get_serial_sequence(:quoted, 'id')::regclass) AS last WHERE last > 0
    ON CONFLICT (table_name) DO UPDATE SET last_id = greatest(retired_id.last_id, excluded.last_id)
""")
_NEXT_ID = text("""
    SELECT setval(pg_get_serial_sequence(:quoted, 'id')::regclass, last_id)
      FROM retired_id WHERE table_name = :table
""")
_KEEP_COUNTERS = text("""
    INSERT INTO retired_counter (code, company_id, year, next_number)
    SELECT s.code, c.company_id, c.year, c.next_number
      FROM sequence_counter c JOIN sequence s ON s.id = c.sequence_id
    ON CONFLICT (code, company_id, year) DO UPDATE SET next_number = excluded.next_number
""")
_RESUME_COUNTERS = text("""
    INSERT INTO sequence_counter (sequence_id, company_id, year, next_number)
    SELECT s.id, r.company_id, r.year, r.next_number
      FROM retired_counter r JOIN sequence s ON s.code = r.code
    ON CONFLICT (sequence_id, company_id, year)
    DO UPDATE SET next_number = greatest(sequence_counter.next_number, excluded.next_number)
""")


def keep(connection: Connection, tables: Iterable[str]) -> None:
    """Note how far the ids of these tables and all number sequences have come; they are about to go."""
    for table in tables:
        connection.execute(_LAST_ID, {"table": table, "quoted": f'"{table}"'})
    connection.execute(_KEEP_COUNTERS)


def resume(connection: Connection, tables: Iterable[str]) -> None:
    """Let the ids of these new tables, and numbers of sequences that came back, go on where they were."""
    for table in tables:
        connection.execute(_NEXT_ID, {"table": table, "quoted": f'"{table}"'})
    connection.execute(_RESUME_COUNTERS)
