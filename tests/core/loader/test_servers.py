"""Installs beside running servers: none is taken down by an addon that it cannot load."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from werkzeug.test import Client

from core.host import Host
from core.loader import stamp
from core.loader.discovery import addon_folders
from core.loader.servers import UnknownFolderError, announce
from core.loader.stamp import RunningCode
from core.settings import get_settings
from tests.conftest import TEST_ADDONS, database_url


@pytest.fixture
def server(database: str) -> Iterator[Engine]:
    """The connections of a server of another process, which looks into the product's own folder alone."""
    engine = create_engine(database_url(database))
    announce(engine, addon_folders(""))
    yield engine
    engine.dispose()


def test_an_addon_of_a_folder_that_no_server_knows_is_refused_unless_told(lifecycle, everything, server):
    before = everything()
    with server.connect():
        with pytest.raises(UnknownFolderError, match="^crate lies in .* which a running server or worker"):
            lifecycle().install(["crate"])
        assert everything() == before
        assert lifecycle().install(["crate"], anyway=True).addons == ("crate",)


def test_an_addon_whose_folder_all_servers_know_is_installed(lifecycle, database, server):
    knowing = create_engine(database_url(database))
    announce(knowing, addon_folders(str(TEST_ADDONS)))
    with knowing.connect(), pytest.raises(UnknownFolderError), server.connect():
        lifecycle().install(["crate"])
    server.dispose()  # a server that has ended leaves nothing behind
    with knowing.connect():
        assert lifecycle().install(["crate"]).addons == ("crate",)
    knowing.dispose()


@pytest.fixture
def host(database: str, addons_path: str) -> Host:
    """A server of this process, which knows the test's own folder."""
    values = {"database_url": database_url(database), "addons_path": addons_path}
    return Host(get_settings().model_copy(update=values))


def test_a_server_that_cannot_load_the_new_set_goes_on_with_the_old_one(lifecycle, folder, host, engine):
    web = Client(host)
    assert web.get("/readyz").json["addons"] == "ok"
    folder.write("breaks_here", files={"routes.py": "bp = None\n"})
    lifecycle().install(["crate"])
    with engine.begin() as connection:  # as on another machine, where its files are whole
        connection.execute(text("INSERT INTO addon (name, version) VALUES ('breaks_here', '1.0')"))
        connection.execute(text("UPDATE host_state SET generation = generation + 1"))
    ready = web.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["addons"].startswith("the set before, since AttributeError: ")
    assert web.get("/login", buffered=True).status_code == 200
    problem, outdated = host.state()
    assert (problem.split(":")[0], outdated) == ("AttributeError", False)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM addon WHERE name = 'breaks_here'"))
        connection.execute(text("UPDATE host_state SET generation = generation + 1"))
    assert web.get("/readyz").json["addons"] == "ok"
    with host.lease() as app:
        assert "crate" in app.extensions["composition"].parts


def test_a_server_that_never_loaded_a_set_does_not_start(host, engine):
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO addon (name, version) VALUES ('gone', '1.0')"))
    assert Client(host).get("/readyz").status_code == 503


def test_an_upgrade_of_code_asks_for_a_restart(folder, monkeypatch):
    path = folder.write("renewed", files={"models/__init__.py": "x = 1\n"})
    code = RunningCode()
    code.loaded([path])
    now = stamp.HOLDS
    monkeypatch.setattr(stamp, "monotonic", lambda: now)
    assert not code.is_outdated()
    (path / "models" / "new.py").write_text("")
    assert not code.is_outdated()  # it has looked a moment ago
    now *= 2
    assert code.is_outdated()
    (path / "models" / "new.py").unlink()
    now *= 2
    assert not code.is_outdated()
    (path / "__manifest__.py").write_text("{}")
    now *= 2
    assert code.is_outdated()
