"""Where things lie: the repository, the virtual environment, the data, and short paths for sockets."""

import hashlib
import os
import pwd
import stat
import tempfile
from pathlib import Path

from devtools.processes import SetupError

REPOSITORY = Path(__file__).resolve().parent.parent
#: Linux allows 107 bytes for the path of a unix socket, macOS 103.
LONGEST_SOCKET_PATH = 103
#: Where root keeps what the unprivileged server user must reach. Unlike temporary folders it is never swept.
STATE_OF_ROOT = Path("/var/lib/bincard")


def venv_dir() -> Path:
    return Path(os.environ.get("BINCARD_VENV") or REPOSITORY / ".venv").absolute()


def data_dir() -> Path:
    return Path(os.environ.get("BINCARD_DATA") or REPOSITORY / ".data").absolute()


def server_user() -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root: who shall run it then? None means ourselves."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def reachable(path: Path, user: tuple[int, int] | None) -> bool:
    """May this user enter the folder? Groups are not counted: the server runs without any."""
    if user is None:
        return True
    folders = [folder for folder in (path, *path.parents) if folder.exists()]
    return all(_may_enter(folder.stat(), user[0]) for folder in folders)


def _may_enter(folder: os.stat_result, uid: int) -> bool:
    return bool(folder.st_mode & (stat.S_IXUSR if folder.st_uid == uid else stat.S_IXOTH))


def short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def socket_dir(preferred: Path, longest_name: str, user: tuple[int, int] | None) -> Path:
    """A private folder for a socket: the preferred one, or one with a short path if that is too long."""
    folder = preferred
    if len(os.fsencode(preferred / longest_name)) > LONGEST_SOCKET_PATH:
        folder = Path(tempfile.gettempdir()) / f"bincard-{os.geteuid()}-{short_name(preferred)}"
    if len(os.fsencode(folder / longest_name)) > LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / folder.name  # noqa: S108 - its owner and mode are checked below
    make_private(folder, user)
    return folder


def passing(sockets: Path, home: Path) -> list[Path]:
    """The socket's folder if it lies outside the home: it is to go with the server."""
    return [] if sockets.is_relative_to(home) else [sockets]


def make_private(folder: Path, user: tuple[int, int] | None) -> None:
    """Make the folder the user's alone. One that a stranger has put there is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {
        os.geteuid(),
        user[0] if user else os.geteuid(),
    }:
        raise SetupError(f"{folder} belongs to somebody else. Delete it and try again.")
    os.chmod(folder, 0o700)
    if user:
        os.chown(folder, *user)
