"""The database: decimal types, the session, locks."""

from core.db.bulk import copy_rows, reserve_ids, reserve_many
from core.db.currencies import decimals_of
from core.db.locks import advisory_lock, loading, lock_rows
from core.db.near import one_off
from core.db.search import Cleaned, begins_index, clean, cleaned, key_index, search_index
from core.db.session import AnySession, Database, db
from core.db.types import (
    ExchangeRate,
    Line,
    Money,
    Percent,
    Prose,
    Quantity,
    Rate,
    Timestamp,
    UnitPrice,
    round_money,
    round_to,
    smallest_unit,
)

__all__ = [
    "AnySession",
    "Cleaned",
    "Database",
    "ExchangeRate",
    "Line",
    "Money",
    "Prose",
    "Quantity",
    "Percent",
    "Rate",
    "Timestamp",
    "UnitPrice",
    "advisory_lock",
    "begins_index",
    "clean",
    "cleaned",
    "copy_rows",
    "db",
    "decimals_of",
    "key_index",
    "loading",
    "lock_rows",
    "one_off",
    "reserve_ids",
    "reserve_many",
    "round_money",
    "round_to",
    "search_index",
    "smallest_unit",
]
