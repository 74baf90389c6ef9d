"""When a start may skip preparing the database."""

from pathlib import Path

import pytest

from devtools import places, prepared


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "core" / "migrations").mkdir(parents=True)
    (tmp_path / "addons" / "stock").mkdir(parents=True)
    (tmp_path / "requirements.lock").write_text("flask==3.1.3\n")
    (tmp_path / "core" / "migrations" / "0001_begin.py").write_text("revision = 'core_0001'\n")
    monkeypatch.setattr(places, "REPOSITORY", tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("BINCARD_ADDONS_PATH", raising=False)
    return tmp_path


def test_what_was_prepared_is_remembered(repository: Path, tmp_path: Path) -> None:
    state = prepared.state_of_files(demo=True)
    assert prepared.recall(tmp_path, state) is None
    prepared.remember(tmp_path, state, "Log-ins: ann")
    assert prepared.recall(tmp_path, prepared.state_of_files(demo=True)) == "Log-ins: ann"


@pytest.mark.parametrize(
    "path", ["core/migrations/0002_go_on.py", "addons/stock/data.toml", "requirements.lock"]
)
def test_a_file_that_comes_or_changes_asks_for_preparing_again(
    repository: Path, tmp_path: Path, path: str
) -> None:
    prepared.remember(tmp_path, prepared.state_of_files(demo=True), "")
    (repository / path).write_text("another content")
    assert prepared.recall(tmp_path, prepared.state_of_files(demo=True)) is None


def test_a_file_that_goes_asks_for_preparing_again(repository: Path, tmp_path: Path) -> None:
    prepared.remember(tmp_path, prepared.state_of_files(demo=True), "")
    (repository / "core" / "migrations" / "0001_begin.py").unlink()
    assert prepared.recall(tmp_path, prepared.state_of_files(demo=True)) is None


def test_the_demo_is_prepared_when_it_was_not_yet(repository: Path, tmp_path: Path) -> None:
    prepared.remember(tmp_path, prepared.state_of_files(demo=False), "")
    assert prepared.recall(tmp_path, prepared.state_of_files(demo=True)) is None


def test_a_foreign_database_is_always_asked(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = prepared.state_of_files(demo=True)
    prepared.remember(tmp_path, state, "")
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/bincard")
    assert prepared.recall(tmp_path, state) is None
    monkeypatch.delenv("DATABASE_URL")
    assert prepared.recall(tmp_path, state) == ""


def test_another_addons_folder_counts(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = prepared.state_of_files(demo=True)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "__manifest__.py").write_text("{}")
    monkeypatch.setenv("BINCARD_ADDONS_PATH", str(foreign))
    assert prepared.state_of_files(demo=True) != state
