"""The private PostgreSQL starts, survives a crash, and leaves nothing behind."""

from pathlib import Path

from devtools.postgres import start_cluster


def test_a_cluster_starts_and_stops(tmp_path: Path) -> None:
    cluster = start_cluster(tmp_path / "postgres", durable=False)
    assert cluster.server.running()
    cluster.remove()
    assert not cluster.server.running()
