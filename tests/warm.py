"""Programs of the product from a process that has all imported: a start costs a fork and not a second.

What is run sees its own arguments, environment, folder and output, as a process of its own does: it is one.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from core.settings import ROOT
from devtools.processes import kill_family

#: Seconds after which nobody waits any longer for a program that was run.
PATIENCE = 900


class _Server:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bincard-warm-"))
        self.path = str(self.folder / "socket")
        # Its standard input is a pipe that only we hold: it ends with us.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm_server", self.path],
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"

    def stop(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        shutil.rmtree(self.folder)


_server = cache(_Server)


def stop() -> None:
    """End the process that forks, where there is one."""
    if _server.cache_info().currsize:
        _server().stop()
        _server.cache_clear()


def run(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What `python ARGUMENTS` does in the product's folder: `-m MODULE …` or `-c CODE …`."""
    with (
        tempfile.NamedTemporaryFile("r", encoding="utf-8") as stdout,
        tempfile.NamedTemporaryFile("r", encoding="utf-8") as stderr,
        socket.socket(socket.AF_UNIX) as connection,
    ):
        connection.settimeout(PATIENCE)
        connection.connect(_server().path)
        asked = {
            "arguments": arguments,
            "environment": dict(environment),
            "stdout": stdout.name,
            "stderr": stderr.name,
        }
        code = _ask(connection, asked)
        return subprocess.CompletedProcess(arguments, code, stdout.read(), stderr.read())


def _ask(connection: socket.socket, asked: object) -> int:
    with connection.makefile("rw", encoding="utf-8") as line:
        print(json.dumps(asked), file=line, flush=True)
        pid = int(line.readline())
        try:
            return int(line.readline() or -1)  # none when it was killed
        except TimeoutError:
            kill_family(pid)
            raise
