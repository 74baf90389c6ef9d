"""Metrics in the text format of Prometheus, at `/metrics`.

What counts in the processes (requests and their time) is kept where all web processes of a server share it:
the folder that `PROMETHEUS_MULTIPROC_DIR` names (`core.telemetry.gunicorn` makes one). What stands in the
database (jobs, mail, the audit) is counted there at each scrape, so that it is right whoever did the work.
"""

import os
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Connection, text

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = Histogram(
    "bincard_request_seconds",
    "Time from a request's arrival to the last byte of its answer.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10, 30),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request by the rule that served it; an address that no rule knows has none."""
    known = method if method in _METHODS else "other"
    _SECONDS.labels(known, route, str(status)).observe(seconds)


def scrape(connection: Connection) -> bytes:
    """All metrics as Prometheus reads them."""
    requests = REGISTRY
    if FOLDER in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]  # the library has no types here
    state = CollectorRegistry()
    state.register(_State(connection))
    return generate_latest(requests) + generate_latest(state)


#: Metric → (what it says, name of its label, query for label and number).
_COUNTED: dict[str, tuple[str, str, str]] = {
    "bincard_jobs": (
        "Jobs by state.",
        "state",
        "SELECT state, count(*) FROM job GROUP BY state",
    ),
    "bincard_job_items_failed": (
        "Items that failed, of jobs that nobody has cancelled.",
        "kind",
        "SELECT j.kind, count(*) FROM job_item i JOIN job j ON j.id = i.job_id "
        "WHERE i.state = 'failed' AND j.state <> 'cancelled' GROUP BY j.kind",
    ),
    "bincard_mail": (
        "Messages by state.",
        "state",
        "SELECT state, count(*) FROM mail_message GROUP BY state",
    ),
    "bincard_mail_late_seconds": (
        "How long the message that is due longest has waited.",
        "",
        "SELECT '', coalesce(extract(epoch FROM now() - min(next_attempt_at)), 0) FROM mail_message "
        "WHERE state = 'queued' AND next_attempt_at <= now()",
    ),
    "bincard_audit_unsealed": (
        "Audit events without a seal.",
        "",
        "SELECT '', count(*) FROM audit_event WHERE seal_id IS NULL",
    ),
    "bincard_database_bytes": (
        "Size of the database.",
        "",
        "SELECT '', pg_database_size(current_database())",
    ),
    "bincard_installed": (
        "Installed addons by version.",
        "addon",
        "SELECT name || ' ' || version, 1 FROM addon",
    ),
}


class _State(Collector):
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: a registry would otherwise ask the database when the collector is registered."""
        yield from ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (what, label, query) in _COUNTED.items():
            family = GaugeMetricFamily(name, what, labels=[label] if label else [])
            for value, number in self.connection.execute(text(query)):
                family.add_metric([value] if label else [], float(number))
            yield family
