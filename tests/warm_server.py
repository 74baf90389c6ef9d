"""`python -m tests.warm_server SOCKET`: forks itself for each program that is asked for; see tests/warm.py.

It has the libraries and the host imported, and nothing else: no addon, no settings, no connection. It ends
when its standard input does, which is when the test process ends, however that comes about.
"""

import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import traceback
from typing import Any


def serve(path: str) -> None:
    """Answer each connection by a process of its own."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    gc.freeze()
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([0, listener], [], [], 1)
        if 0 in ready:
            return
        if listener in ready:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _answer(connection)
            connection.close()
        _reap()


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:  # there are none
        pass


def _answer(connection: socket.socket) -> None:
    """Do what was asked for, and tell first who does it and in the end how it went; never returns."""
    with connection.makefile("rw", encoding="utf-8") as line:
        asked = json.loads(line.readline())
        print(os.getpid(), file=line, flush=True)
        code = _run(asked)
        print(code, file=line, flush=True)
    os._exit(0)


def _run(asked: dict[str, Any]) -> int:
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.path[:0] = filter(None, asked["environment"].get("PYTHONPATH", "").split(os.pathsep))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor, name in ((0, os.devnull), (1, asked["stdout"]), (2, asked["stderr"])):
        opened = os.open(name, os.O_RDONLY if descriptor == 0 else os.O_WRONLY)
        os.dup2(opened, descriptor)
        os.close(opened)
    how, program, *arguments = asked["arguments"]
    sys.argv = [program if how == "-m" else how, *arguments]
    try:
        if how == "-m":
            runpy.run_module(program, run_name="__main__", alter_sys=True)
        else:
            exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - a test's own
        return 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does with whatever nobody caught
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    import core.cli
    import core.host  # noqa: F401 - that is what this process is for

    serve(sys.argv[1])
