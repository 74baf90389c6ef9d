"""./dev run and ./dev exec leave no process behind, whatever ends them."""

import os
import resource
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devtools import places, run
from devtools.processes import Process, descendants, kill_family, process_table, wait_until
from tests.patience import PATIENCE

FAKE = Path(__file__).with_name("fake_product.py")
ProcessesOf = Callable[[Path], list[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind((run.HOST, 0))
        return int(probe.getsockname()[1])


class Running:
    """A ./dev in the background, with what it printed."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.output = folder / f"output-{len(list(folder.glob('output-*')))}"
        env = {name: os.environ[name] for name in os.environ.keys() - {"DATABASE_URL", "BROKER_URL", "CI"}}
        env |= {
            "BINCARD_DATA": str(folder / "data"),
            "PYTHONPATH": str(places.REPOSITORY),
            "TMPDIR": str(folder),
        }
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, FAKE, *arguments],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.text() or self.process.poll() is not None, PATIENCE)
        assert text in self.text(), self.text()

    def text(self) -> str:
        return self.output.read_text()

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def begin(*arguments: str) -> Running:
        started.append(Running(folder, *arguments))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            kill_family(running.process.pid)
            running.process.wait()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_stops_everything_in_order(
    folder: Path, port: int, start: Callable[..., Running], processes_of: ProcessesOf, number: int, code: int
) -> None:
    running = start("run", "--port", str(port))
    running.wait_for(f"Bincard is running at http://127.0.0.1:{port}/")
    assert "log-in: admin, demo: True" in running.text()
    assert running.end(number) == code
    assert processes_of(folder) == []


@pytest.mark.crash
def test_kill_9_leaves_no_process_behind_and_the_next_start_works(
    folder: Path, port: int, start: Callable[..., Running], processes_of: ProcessesOf
) -> None:
    running = start("run", "--port", str(port))
    running.wait_for("Bincard is running")
    assert len(processes_of(folder)) >= 5
    running.end(signal.SIGKILL)
    # At once, while the servers of the first may still be stopping.
    again = start("run", "--port", str(port + 1))
    again.wait_for("Bincard is running")
    again.end(signal.SIGKILL)
    assert wait_until(lambda: not processes_of(folder), PATIENCE), processes_of(folder)


def test_a_second_run_names_the_first(folder: Path, port: int) -> None:
    first = Running(folder, "run", "--port", str(port))
    try:
        first.wait_for("Bincard is running")
        second = Running(folder, "run", "--port", "1")
        assert second.process.wait(PATIENCE) == 1
        expected = f"Bincard is already running: process {first.process.pid}, http://127.0.0.1:{port}/."
        assert second.text().strip() == expected
    finally:
        first.end(signal.SIGTERM)


def test_the_rest_stops_when_one_child_ends(
    folder: Path, port: int, start: Callable[..., Running], processes_of: ProcessesOf
) -> None:
    running = start("run", "--port", str(port), "--no-demo")
    running.wait_for("Bincard is running")
    (pid,) = _pids("sleep 601", running.process.pid)
    os.kill(pid, signal.SIGKILL)
    assert running.process.wait(PATIENCE) == 1
    assert "beat has ended; stopping the rest." in running.text()
    assert processes_of(folder) == []


def _pids(command: str, ancestor: int) -> list[int]:
    family = descendants(ancestor)
    return [p.pid for p in process_table() if p.pid in family and p.command == command]


def test_a_taken_port_is_said_before_anything_starts(folder: Path, start: Callable[..., Running]) -> None:
    with socket.socket() as taken:
        taken.bind((run.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        running = start("run", "--port", str(port))
        assert running.process.wait(PATIENCE) == 1
    expected = f"Port {port} is not free. Choose another: ./dev run --port {port + 1}"
    assert running.text().strip() == expected
    assert not (folder / "data" / "postgres").exists()


def test_reset_stops_the_running_one_and_deletes_its_data(folder: Path, port: int) -> None:
    running = Running(folder, "run", "--port", str(port))
    running.wait_for("Bincard is running")
    env = {**os.environ, "BINCARD_DATA": str(folder / "data"), "PYTHONPATH": str(places.REPOSITORY)}
    command = [sys.executable, FAKE, "reset"]
    asked = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert asked.returncode == 1
    assert asked.stderr.strip() == (
        "./dev reset asks before it deletes; without a terminal say ./dev reset --yes."
    )
    assert running.process.poll() is None
    subprocess.run([*command, "--yes"], env=env, check=True)
    assert running.process.wait(PATIENCE) == 143
    assert not (folder / "data").exists()


def test_reset_keeps_a_folder_that_held_other_files(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "thesis.txt").write_text("years of work")
    env = {**os.environ, "BINCARD_DATA": str(folder / "data"), "PYTHONPATH": str(places.REPOSITORY)}
    done = subprocess.run([sys.executable, FAKE, "reset", "--yes"], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "held other files before Bincard used it. Delete it by hand." in done.stderr
    assert (folder / "data" / "thesis.txt").exists()


@pytest.mark.crash
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_exec_takes_its_command_and_its_servers_along(
    folder: Path, start: Callable[..., Running], processes_of: ProcessesOf, number: int
) -> None:
    code = "import os, time; print(os.environ['DATABASE_URL'], flush=True); time.sleep(600)"
    running = start("exec", "python", "-c", code, str(folder))
    running.wait_for(f"host={folder}/")
    running.end(number)
    assert wait_until(lambda: not processes_of(folder), PATIENCE), processes_of(folder)
    assert wait_until(lambda: not list(folder.glob("bincard-*")), PATIENCE), list(folder.iterdir())


def test_exec_hands_the_exit_code_through(start: Callable[..., Running]) -> None:
    assert start("exec", "sh", "-c", "exit 7").process.wait(PATIENCE) == 7
    missing = start("exec", "no-such-program")
    assert missing.process.wait(PATIENCE) == 127
    assert missing.text().strip() == "There is no program named no-such-program."


def test_exec_helps(start: Callable[..., Running]) -> None:
    for arguments, code in ((["--help"], 0), ([], 2)):
        asked = start("exec", *arguments)
        assert asked.process.wait(PATIENCE) == code
        assert "./dev exec --running bincard addon list" in asked.text()


def test_exec_on_what_runs_has_its_servers_and_starts_them_without(
    folder: Path, port: int, start: Callable[..., Running], processes_of: ProcessesOf
) -> None:
    told = ("exec", "--running", "python", "-c", ASKED)
    alone = start(*told)
    assert alone.process.wait(PATIENCE) == 0, alone.text()
    assert processes_of(folder) == []
    running = start("run", "--port", str(port))
    running.wait_for("Bincard is running")
    beside = start(*told)
    assert beside.process.wait(PATIENCE) == 0, beside.text()
    assert running.process.poll() is None
    # The same servers, in the names of the application's role and of the owner; the same key.
    assert beside.text() == alone.text()
    assert f"user bincard_app, owner bincard, {folder / 'data'}" in beside.text()


ASKED = """
import hashlib, os
from urllib.parse import urlsplit
urls = [urlsplit(os.environ[name]) for name in ("DATABASE_URL", "BINCARD_DATABASE_OWNER_URL")]
print(f"user {urls[0].username}, owner {urls[1].username}, {os.environ['BINCARD_DATA']}")
print(urls[0].query, os.environ["BROKER_URL"])
print(hashlib.sha256(os.environ["BINCARD_SECRET_KEY"].encode()).hexdigest())
"""


# The product itself, no stand-in

#: Three times what a second start, two pages and an end take; the first one takes five times as much.
CPU_OF_THE_NEXT_START = 15


class RealRun:
    """`./dev run` of this repository, with a data folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://{run.HOST}:{port}"
        self.output = folder / f"real-{len(list(folder.glob('real-*')))}"
        env = {name: os.environ[name] for name in os.environ.keys() - NOT_FOR_RUN}
        env["BINCARD_DATA"] = str(folder / "data")
        with self.output.open("w") as output:
            command = [places.REPOSITORY / "dev", "run", "--port", str(port)]
            self.process = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        wait_until(lambda: self.up() or self.process.poll() is not None, PATIENCE)
        assert self.up(), self.output.read_text()

    def up(self) -> bool:
        return f"Bincard is running at {self.url}/" in self.output.read_text()

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def log_in_page(self) -> str:
        return self.page("/login")

    def page(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=PATIENCE) as answer:  # noqa: S310 - our own server
            assert answer.status == 200
            return str(answer.read().decode())


NOT_FOR_RUN = {"DATABASE_URL", "BROKER_URL", "BINCARD_SECRET_KEY", "BINCARD_DEVELOPMENT", "PYTHONPATH"}


def traces(folder: Path) -> list[str]:
    """Every process that this data folder is known to, by command, environment or place of work."""
    return [p.command for p in process_table() if p.pid != os.getpid() and str(folder) in _known_to(p)]


def _known_to(process: Process) -> str:
    home = Path(f"/proc/{process.pid}")
    try:
        environment = (home / "environ").read_bytes().decode(errors="replace")
        return f"{process.command}\0{environment}\0{os.readlink(home / 'cwd')}"
    except OSError:  # it ended while we looked, or there is no /proc
        return process.command


@pytest.mark.slow
def test_the_product_starts_answers_and_leaves_nothing_behind(folder: Path, port: int) -> None:
    first = RealRun(folder, port)
    try:
        printed = first.output.read_text()
        assert "admin@demo.example               demo-administrator" in printed
        for _ in range(5):  # two processes serve them, and count together
            assert 'name="password"' in first.log_in_page()
        counted = 'bincard_request_seconds_count{method="GET",route="/login",status="200"} 5.0'
        # The last one is counted when its connection has been closed.
        assert wait_until(lambda: counted in first.page("/metrics"), PATIENCE), first.page("/metrics")
        key = folder / "data" / "secret-key"
        assert key.stat().st_mode & 0o777 == 0o600
        assert len(key.read_text()) > 40
        assert len(traces(folder)) > 10
    finally:
        assert first.end(signal.SIGTERM) == 143
    assert traces(folder) == []
    check_second_start(folder, port, key.read_text())
    check_kill(folder, port)


def check_second_start(folder: Path, port: int, key: str) -> None:
    """It is quick, signs with the same key, and ends with Ctrl-C."""
    before = cpu_of_children()
    second = RealRun(folder, port)
    second.log_in_page()
    assert "admin@demo.example               demo-administrator" in second.output.read_text()
    assert second.end(signal.SIGINT) == 130
    assert traces(folder) == []
    assert (folder / "data" / "secret-key").read_text() == key
    assert cpu_of_children() - before <= CPU_OF_THE_NEXT_START


def cpu_of_children() -> float:
    """Seconds of CPU of all that was started here and has ended, with what it had started itself."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check_kill(folder: Path, port: int) -> None:
    third = RealRun(folder, port)
    third.log_in_page()
    third.end(signal.SIGKILL)
    assert wait_until(lambda: not traces(folder), PATIENCE), traces(folder)
