"""A fixed work, timed in the same minute as a bench: by it the figures of two days can be compared.

The same machine is twice as fast on one day as on another, and so are two machines of one kind. The targets
hold where the Python loop takes `STANDARD_S`; on a day that it takes twice that, a figure counts half.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import process_time

from sqlalchemy import text

from core.db.session import engine_for
from tests.bench.app import scratch_database
from tests.bench.measure import measured

ROUNDS = 20_000_000
#: Seconds of CPU that the loop takes where the targets hold.
STANDARD_S = 1.65
INSERTS = 1_000


@dataclass
class Reference:
    """What the fixed work took: of both measurements, before the bench and after it, the mean."""

    #: Seconds of CPU of the loop.
    python_s: float = 0.0
    #: Milliseconds of one small insert, committed: of CPU, server included, and by the clock.
    insert_cpu_ms: float = 0.0
    insert_wall_ms: float = 0.0

    def scaled(self, figure: float) -> float:
        """The figure as it would be where the loop takes `STANDARD_S`."""
        return figure * STANDARD_S / self.python_s


@contextmanager
def around() -> Iterator[Reference]:
    """Time the fixed work before and after the block; the figures are there when it has ended."""
    found, before = Reference(), timed()
    yield found
    after = timed()
    for name, value in vars(before).items():
        setattr(found, name, (value + getattr(after, name)) / 2)


def timed() -> Reference:
    """Do the fixed work once."""
    began = process_time()
    _loop()
    taken = process_time() - began
    cpu_s, wall_s = _inserts()
    return Reference(taken, cpu_s * 1000 / INSERTS, wall_s * 1000 / INSERTS)


def _loop() -> int:
    x = 0
    for i in range(ROUNDS):
        x += i * i % 7
    return x


def _inserts() -> tuple[float, float]:
    """Seconds of CPU and by the clock of small inserts, each committed."""
    with scratch_database() as url, engine_for(url).connect() as connection:
        connection.execute(text("CREATE TABLE reference (id bigint PRIMARY KEY, note text)"))
        connection.commit()
        insert = text("INSERT INTO reference VALUES (:id, 'a small row')")
        with measured("reference", "insert", engine=engine_for(url)) as result:
            for number in range(INSERTS):
                connection.execute(insert, {"id": number})
                connection.commit()
    return result.cpu_s, result.wall_s
