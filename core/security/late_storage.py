"""The counter of limits, which connects when the first limited page is asked for.

flask-limiter makes its storage while the app is made, and with it loads the clients of Redis and Valkey,
their asynchronous halves included: a tenth of a start, for commands and workers that never count anything.
"""

from functools import cached_property
from typing import Any

from limits.storage import MovingWindowSupport, Storage, storage_from_string

SCHEME = "late"


class LateStorage(Storage, MovingWindowSupport):
    """Stands for the storage at `redis://…` where `late:redis://…` is asked for."""

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self._uri, self._options = uri.removeprefix(f"{SCHEME}:"), options

    @cached_property
    def _storage(self) -> Any:
        return storage_from_string(self._uri, **self._options)

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        found: type[Exception] | tuple[type[Exception], ...] = self._storage.base_exceptions
        return found

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return int(self._storage.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        return int(self._storage.get(key))

    def get_expiry(self, key: str) -> float:
        return float(self._storage.get_expiry(key))

    def check(self) -> bool:
        return bool(self._storage.check())

    def reset(self) -> int | None:
        done: int | None = self._storage.reset()
        return done

    def clear(self, key: str) -> None:
        self._storage.clear(key)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        return bool(self._storage.acquire_entry(key, limit, expiry, amount))

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        start, entries = self._storage.get_moving_window(key, limit, expiry)
        return start, entries
