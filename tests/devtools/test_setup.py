"""The environment, its lock, and what is asked of the operating system."""

import os
import subprocess
import sys
from importlib.util import cache_from_source
from io import StringIO
from pathlib import Path

import pytest

from devtools import lock, places, system, venv
from devtools.processes import SetupError
from devtools.system import Requirement


def test_the_lock_is_up_to_date() -> None:
    assert lock.check() == 0


def test_a_forgotten_lock_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    setup = tmp_path / "setup.cfg"
    setup.write_text(lock.SETUP.read_text().replace("    flask>=", "    bottle>=1\n    flask>="))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "SETUP", setup)
        assert lock.check() == 1
    assert capsys.readouterr().out == "bottle is in setup.cfg and not in requirements.lock: run ./dev lock.\n"


def test_the_lock_tells_no_place() -> None:
    for path in (venv.LOCK, venv.BOOTSTRAP):
        text = path.read_text()
        assert lock.without_places(text) == text.replace(lock.HEADER, "")
        assert "://" not in text
    text = "--index-url https://index.example/simple\n# from https://index.example\nflask==3.1.3 \\\n"
    assert lock.without_places(text) == "flask==3.1.3 \\\n"


def test_every_locked_package_has_a_hash() -> None:
    blocks = venv.LOCK.read_text().split("\n")
    pins = [line for line in blocks if "==" in line and not line.startswith(" ")]
    assert len(pins) > 100
    assert all(line.endswith("\\") for line in pins)


def test_the_product_is_compiled_where_python_may_not_do_it_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(places, "REPOSITORY", tmp_path)
    monkeypatch.setattr(places, "venv_dir", lambda: tmp_path)
    monkeypatch.setattr(venv, "python", lambda: Path(sys.executable))
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "sound.py").write_text("x = 1")
    (tmp_path / "core" / "broken.py").write_text("x = ")
    venv.compile_own()
    [compiled] = (tmp_path / "core" / "__pycache__").iterdir()
    assert compiled.name.startswith("sound.")
    compiled.unlink()
    venv.compile_own()  # nothing has changed
    assert not compiled.exists()
    (tmp_path / "core" / "sound.py").write_text("x = 2")
    venv.compile_own()
    assert compiled.exists()


def test_the_libraries_are_compiled() -> None:
    import flask

    path = Path(cache_from_source(flask.__file__))
    assert path.exists()


def test_a_ready_environment_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv, "_build", lambda: pytest.fail("it was built again"))
    assert venv.ensure() == venv.python()


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with apt-get and sudo alone, each of which writes down how it was called."""
    log, programs = tmp_path / "calls", tmp_path / "bin"
    programs.mkdir()
    for name in ("apt-get", "sudo"):
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(system, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.delenv("CI", raising=False)
    log.touch()
    return log


def thing(calls: Path) -> Requirement:
    """What is there as soon as its package was installed."""
    return Requirement("A thing", "the tests", lambda: "thing" in calls.read_text(), ("thing",), ("thing",))


def be(monkeypatch: pytest.MonkeyPatch, *, root: bool, terminal: bool, answer: str = "") -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(sys, "stdin", StringIO(answer))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: terminal)


def test_root_installs_what_is_missing_and_says_so(
    calls: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    be(monkeypatch, root=True, terminal=False)
    system.require([thing(calls)])
    assert capsys.readouterr().err == "Installing thing with apt-get.\n"
    options = "apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300"
    update, install = calls.read_text().splitlines()
    assert update == f"{options} update"
    assert install == f"{options} install -y --no-install-recommends thing"
    system.require([thing(calls)])  # what is there is left alone
    assert len(calls.read_text().splitlines()) == 2


def test_a_person_with_sudo_is_asked(
    calls: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    be(monkeypatch, root=False, terminal=True, answer="y\n")
    system.require([thing(calls)])
    assert calls.read_text() == f"sudo {sys.executable} -m devtools.system thing\n"
    printed = capsys.readouterr().out
    assert "Missing: A thing, for the tests.\nInstall it now with this command? [y/N]" in printed
    assert "sudo apt-get install -y --no-install-recommends thing" in printed


@pytest.mark.parametrize(("terminal", "answer"), [(True, "n\n"), (False, "y\n")])
def test_else_the_command_is_told(
    calls: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool, answer: str
) -> None:
    be(monkeypatch, root=False, terminal=terminal, answer=answer)
    with pytest.raises(SetupError) as error:
        system.require([thing(calls)])
    assert str(error.value) == (
        "Missing: A thing, for the tests.\n"
        "Install with: sudo apt-get install -y --no-install-recommends thing"
    )
    assert calls.read_text() == ""


def test_services_are_held_back_while_packages_are_installed(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n")
    policy.chmod(0o755)
    with system.services_held_back(policy):
        assert subprocess.run([policy, "redis-server", "start"], check=False).returncode == 101
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert [path.name for path in tmp_path.iterdir()] == ["policy-rc.d"]


def test_a_policy_left_by_a_killed_one_is_put_right(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text(system.OUR_POLICY)
    (tmp_path / "policy-rc.d.before-bincard").write_text("#!/bin/sh\nexit 0\n")
    with system.services_held_back(policy):
        pass
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_no_policy_before_means_none_after(tmp_path: Path) -> None:
    with system.services_held_back(tmp_path / "policy-rc.d"):
        assert (tmp_path / "policy-rc.d").exists()
    assert not (tmp_path / "policy-rc.d").exists()


def test_the_stub_says_what_is_missing_without_a_python() -> None:
    # A path with dirname and no Python at all.
    script = f"PATH=/nowhere; dirname() {{ echo {places.REPOSITORY}; }}; . {places.REPOSITORY}/dev"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Bincard needs Python 3.11 or newer, and none was found." in done.stderr
