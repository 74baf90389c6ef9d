"""What must hold for every addon, the host among them; a new addon gets these checks for nothing.

`BINCARD_ADDONS_PATH=… pytest tests/test_every_addon.py -k name` checks an addon of your own.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from flask import Flask, request
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import array

from addons.accounting.services import beancount
from core import m
from core.app import create_app
from core.cli.base import tables_of
from core.cli.messages import TRANSLATED, gaps_of
from core.db import db
from core.db.session import engine_for
from core.documents import filename_of, render_html
from core.errors import UserError
from core.loader import migrations
from core.loader.code import declared
from core.loader.discovery import CORE, AddonSource, Catalogue, discover
from core.loader.graph import closure_of, resolve
from core.loader.lifecycle import Lifecycle
from core.loader.scratch import scratch_database, with_dependencies
from core.locales import LOCALES
from core.mail.sender import send_due
from core.records.companies import demo_company, ensure_company
from core.screens import Chart, Figure
from core.screens.actions import press, shown_buttons
from core.screens.boards.dashboards import read_items
from core.screens.forms.form import FormBuilder
from core.screens.lists.page import plan_for
from core.screens.lists.query import query_of
from core.screens.lists.state import read_state
from core.screens.permissions import grantable
from core.screens.tree import FormScreen
from core.security.actor import SYSTEM, Actor, acting, set_actor
from core.security.rights import ANY_USER, PUBLIC
from core.security.users import ensure_administrator
from core.settings import get_settings
from tests.conftest import RUN, database_url, execute_on_server, queries_of, template_of
from tests.ledgers import ours, theirs
from tests.logins import log_in
from tests.pages import english
from tests.schema import BEHAVIOUR, differences, of_models, rows_of, schema_of

CATALOGUE = discover(get_settings().addons_path)
EVERY = tuple(CATALOGUE.found)
FURTHER = tuple(name for name in EVERY if name != CORE)


def sources_of(name: str) -> list[AddonSource]:
    """The addon last, after exactly what it needs."""
    return list(with_dependencies(name, CATALOGUE))


@cache
def app_of(name: str) -> Flask:
    """The app of the addon and exactly what it needs, for what asks no database."""
    return create_app(sources_of(name))


@pytest.fixture
def addons(name: str) -> tuple[str, ...]:
    """The database holds what the addon needs, and not yet the addon."""
    return tuple(s.name for s in sources_of(name)[:-1] if s.name != CORE)


def alone(name: str, database: str) -> Lifecycle:
    """The acts on a database, where nothing else can be found, so that no glue joins."""
    found = Catalogue({s.name: s for s in sources_of(name)})
    return Lifecycle(engine_for(database_url(database)), found, tables_of)


# What an addon says of itself.


def test_all_addons_are_found_without_a_problem():
    assert CATALOGUE.problems == ()


@pytest.mark.parametrize("name", EVERY)
def test_the_manifest_is_sane(name):
    manifest = CATALOGUE.found[name].manifest
    assert len(manifest.version.release) >= 2
    assert manifest.title and manifest.title[0].isupper() and not manifest.title.endswith(".")
    assert manifest.summary.endswith(".")
    assert manifest.category or name == CORE
    assert [r.name for r in manifest.depends] == sorted(r.name for r in manifest.depends)
    assert resolve({name} - {CORE}, CATALOGUE)


@pytest.mark.parametrize("name", EVERY)
def test_it_imports_only_what_its_manifest_names(name):
    source = CATALOGUE.found[name]
    allowed = {*closure_of(name, CATALOGUE.found), name} - {CORE}
    found = set()
    for path in source.path.rglob("*.py"):
        if "tests" not in path.relative_to(source.path).parts:
            found |= {(other, path.name) for other in _imported(path) if other not in allowed}
    assert found == set()


def _imported(path: Path) -> Iterator[str]:
    """The addons that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "addons":
            yield from (alias.name for alias in node.names)
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from (part.split(".")[1] for part in names if part.startswith("addons."))


# Its tables.


@pytest.mark.parametrize("name", FURTHER)
def test_it_installs_on_what_it_needs_and_goes_without_a_trace(name, database, data_folder):
    engine, acts = engine_for(database_url(database)), alone(name, database)
    if CATALOGUE.found[name].manifest.auto_install:
        acts.uninstall(name, data_folder)  # it joined as soon as all that it needs was there
    with engine.connect() as connection:
        before = schema_of(connection), rows_of(connection)
    assert acts.install([name]).addons == (name,)
    assert acts.upgrade().left == ()
    outcome = acts.uninstall(name, data_folder)
    assert (outcome.addons, outcome.kept) == ((name,), ())
    with engine.connect() as connection:
        assert differences(before[0], schema_of(connection)) == []
        assert rows_of(connection) == before[1]


@pytest.mark.parametrize("name", EVERY)
def test_its_migrations_make_what_its_models_say(name, database):
    acts = alone(name, database)
    acts.install([name])
    metadata = acts.check(sources_of(name))
    with acts.engine.connect() as connection:
        made = schema_of(connection, without=BEHAVIOUR)
        extensions = connection.execute(text("SELECT extname FROM pg_extension")).scalars().all()
        context = migrations.context_of(connection, sources_of(name)[-1], **migrations.COMPARED)
        assert compare_metadata(context, metadata) == []
    with scratch_database(database_url(database)) as engine, engine.begin() as connection:
        for extension in extensions:
            connection.execute(text(f'CREATE EXTENSION IF NOT EXISTS "{extension}"'))
        metadata.create_all(connection)
        said = schema_of(connection, without=BEHAVIOUR)
    assert differences(of_models(said), of_models(made)) == []


# Its rights. That no model, view or button is without them is checked at each start: see
# tests/core/loader/test_refusals.py.


@pytest.mark.parametrize("name", EVERY)
def test_its_roles_grant_only_what_something_asks_for(name, database):
    acts = alone(name, database)
    acts.install([name])
    with acts.engine.connect() as connection:
        granted = {p for row in connection.execute(text("SELECT permissions FROM role")) for p in row[0]}
    assert granted - {"*"} - grantable(app_of(name)) == set()


@pytest.mark.parametrize("name", EVERY)
def test_whoever_grants_its_permissions_reads_what_they_allow(name):
    app = app_of(name)
    assert grantable(app) - app.extensions["rights"].titles.keys() == set()


# What it says.


@pytest.mark.parametrize("locale", TRANSLATED)
@pytest.mark.parametrize("name", EVERY)
def test_everything_it_says_is_translated(name, locale):
    sources = sources_of(name)
    gaps = gaps_of(sources[-1], sources, app_of(name), locale)
    assert not gaps, f"run `bincard messages {name}` and translate what it lists: {gaps}"


# What it shows, in the company of all addons, with the demo data.


@cache
def demo_app() -> Flask:
    """An app of all addons on a database with the demo company; made once a process, never changed."""
    database = f"demo_{RUN}"
    execute_on_server(
        f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)',
        f'CREATE DATABASE "{database}" TEMPLATE "{template_of(FURTHER)}"',
    )
    settings = get_settings().model_copy(update={"database_url": database_url(database)})
    app = create_app(resolve(FURTHER, CATALOGUE), settings)
    with app.app_context():
        _load_demo(app)
    return app


def _load_demo(app: Flask) -> None:
    company = demo_company(db.session)
    # Names of the page's frame, which are no English that somebody forgot.
    company.name = "示例公司"
    ensure_administrator(db.session, "admin@demo.example", "demo-administrator", company)
    db.session.scalars(select(m.User)).one().name = "管理员"
    for _source, load in declared(app.extensions["sources"], "demo", "load"):
        load(db.session, company)
    for number, view in enumerate(db.session.scalars(select(m.ListView)).all()):
        view.name = f"视图 {number}"
    db.session.commit()


def use_files_of_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the files be those of the demo company, which lie where its first test had them."""
    monkeypatch.setenv("BINCARD_DATA", str(demo_app().extensions["settings"].data))
    get_settings.cache_clear()


@pytest.fixture
def demo(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app with the demo company; whatever a test does is rolled back."""
    app = demo_app()
    use_files_of_demo(monkeypatch)
    with app.app_context():
        set_actor(db.session, SYSTEM)
        yield app
        db.session.rollback()
        db.session.remove()


def page(app: Flask, url: str, locale: str = "en") -> Any:
    """A page as the administrator sees it, who may do everything."""
    user = db.session.scalars(select(m.User.fs_uniquifier).where(m.User.email == "admin@demo.example")).one()
    client = app.test_client()
    client.set_cookie("locale", locale)
    log_in(app, client, user)
    with app.app_context():
        return client.get(url)


def screens_of(name: str) -> list[Any]:
    """The screens that the addon declares."""
    return [s for s in app_of(name).extensions["screens"].by_name.values() if s.addon == name]


def pages_of(name: str, app: Flask) -> Iterator[tuple[str, bool]]:
    """The addresses of all pages of an addon, each with whether it shows a record."""
    for screen in screens_of(name):
        if not isinstance(screen, FormScreen):
            yield f"/m/{screen.name}", True
            yield f"/m/{screen.name}?q=no+such+record", False
            continue
        if screen.create:
            yield f"/m/{screen.name}/new", False
        model = app.extensions["composition"].model(screen.model)
        record = db.session.scalar(select(func.max(model.id)))
        assert record is not None, f"the demo data of {name} has no {screen.model}"
        yield f"/m/{screen.name}/{record}", True
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        own = view.__module__.startswith(app_of(name).extensions["sources"][-1].module + ".")
        asks = getattr(view, "permission", PUBLIC)
        if (
            own
            and name != CORE
            and "GET" in rule.methods
            and not rule.arguments
            and asks not in (PUBLIC, ANY_USER)
        ):
            yield rule.rule, True


@pytest.mark.parametrize("name", EVERY)
def test_what_people_write_has_a_length(name, demo):
    endless = set()
    with demo.test_request_context():
        for screen in screens_of(name):
            if not isinstance(screen, FormScreen):
                continue
            model = demo.extensions["composition"].model(screen.model)
            with acting(db.session, SYSTEM):
                record = db.session.scalars(select(model).limit(1)).one()
            builder = FormBuilder(demo.extensions["screens"], screen, SYSTEM)
            for form in (builder.build(record, {}), builder.build(None, {})):
                endless |= {
                    f"{entry.info.model}.{entry.info.name}"
                    for _form, entry in form.inputs()
                    if entry.info.kind == "text" and entry.info.max_length is None
                }
    assert endless == set(), "make them Line or Prose of core.db"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", FURTHER)
def test_every_page_is_shown(name, locale, demo):
    answers = {url: page(demo, url, locale) for url, _ in pages_of(name, demo)}
    shown = {url: answer.status_code for url, answer in answers.items()}
    # A page that asks for its arguments sends back to where they are chosen.
    assert set(shown.values()) <= {200, 303}, shown
    filled = {url: filled_buttons(answer.text) for url, answer in answers.items()}
    assert {url: found for url, found in filled.items() if len(found) > 1} == {}


def filled_buttons(html: str) -> list[str]:
    """The texts of the filled buttons of a page: people see by them what is next."""
    outside = re.sub(r"<dialog.*?</dialog>", "", html, flags=re.DOTALL)
    return re.findall(r'class="btn[^"]*\bprimary\b[^"]*"[^>]*>([^<]*)', outside)


@pytest.mark.parametrize("name", FURTHER)
def test_a_button_that_is_shown_does_something(name, demo):
    """Of each form a record of each state, and each button that it shows: none is refused."""
    refused = {}
    for screen in screens_of(name):
        if isinstance(screen, FormScreen):
            for record in records_of(demo.extensions["composition"].model(screen.model)):
                # Buttons that open a page, and mails with a link, know the address.
                with demo.test_request_context():
                    for button in shown_buttons(screen, record, SYSTEM):
                        if not button.url:
                            with db.session.no_autoflush:
                                why = refusal(button.node, record)
                            if why:
                                refused[screen.name, button.node.name, record.id] = why
    assert refused == {}


def records_of(model: Any) -> list[Any]:
    """The oldest and the newest record of each state, or of all."""
    state = getattr(model, "state", None)
    ends = select(func.unnest(array([func.min(model.id), func.max(model.id)])))
    chosen = ends if state is None else ends.group_by(state)
    return db.session.scalars(select(model).where(model.id.in_(chosen)).order_by(model.id)).all()


def refusal(button: Any, record: Any) -> str:
    """Why it may not be pressed; whatever it did is taken back."""
    inner = db.session.begin_nested()
    try:
        press(db.session, button, record)
        db.session.flush()
    except UserError as error:
        return str(error)
    finally:
        if inner.is_active:
            inner.rollback()
        db.session.expire_all()
    return ""


@pytest.mark.parametrize("name", FURTHER)
def test_no_english_is_left_on_a_chinese_page(name, demo):
    left = {url: english(page(demo, url, "zh_CN").text, record) for url, record in pages_of(name, demo)}
    assert {url: found for url, found in left.items() if found} == {}


def test_the_search_for_english_finds_it():
    html = '<title>对账单</title><th>Due date</th><td>Acme</td><a title="Open it">USD <kbd>Save</kbd></a>'
    assert english(html) == ["Due date", "Acme", "Open it"]
    assert english(html, only_labels=True) == ["Due date"]


@pytest.mark.parametrize("name", FURTHER)
def test_lists_ask_the_same_number_of_questions_for_any_number_of_rows(name, demo):
    for screen in screens_of(name):
        if not isinstance(screen, FormScreen):
            url = f"/m/{screen.name}"
            page(demo, url)  # what is remembered is remembered now
            few = queries_of(lambda url=url: page(demo, f"{url}?size=2"))
            many = queries_of(lambda url=url: page(demo, f"{url}?size=100"))
            assert many <= few, screen.name


@pytest.mark.parametrize("locale", LOCALES)
def test_every_dashboard_is_shown(locale, demo):
    for board in demo.extensions["dashboards"]:
        shown = page(demo, f"/?board={board.name}", locale)
        assert shown.status_code == 200
        assert locale == "en" or english(shown.text, only_labels=True) == []


def readings(demo: Flask) -> Iterator[tuple[str, Figure | Chart]]:
    """What every item of every board says of the demo company."""
    company = db.session.scalars(select(m.Company).where(m.Company.is_demo)).one()
    with acting(db.session, Actor(None, "admin", company.id, is_superuser=True)):
        for board in demo.extensions["dashboards"]:
            for item, said in read_items(board, db.session, datetime.now(UTC).date()):
                yield f"{board.name}.{item.name}", said


def test_every_figure_leads_to_as_many_records_as_it_counts(demo):
    """A count of zero leads to an empty list, and an amount to a list with something in it."""
    for name, said in readings(demo):
        if isinstance(said, Figure) and said.link.startswith("/m/"):
            found = records_behind(demo, said.link)
            assert said.number == found if said.number is not None else bool(said.amounts) == bool(found), (
                name
            )


def test_every_bar_leads_to_a_list_that_opens(demo):
    for name, said in readings(demo):
        if isinstance(said, Chart):
            assert all(len(series.values) == len(said.labels) for series in said.series), name
            assert len(said.links) in (0, len(said.labels)), name
            for n, link in enumerate(said.links):
                empty = all(not series.values[n] for series in said.series)
                assert bool(records_behind(demo, link)) is not empty, (name, said.labels[n])


@pytest.mark.parametrize("name", FURTHER)
def test_every_list_of_the_demo_has_rows(name, demo):
    empty = [
        s.name for s in screens_of(name) if s.kind == "list" and not records_behind(demo, f"/m/{s.name}")
    ]
    assert empty == []


def test_no_page_in_the_menu_of_the_demo_is_empty(demo):
    """As the administrator finds them once a worker has sent what waits, as it does within seconds."""
    assert send_due().failed == 0
    urls = menu_of(page(demo, "/").text)
    assert {"/imports/", "/outbox/", "/mailbox/", "/m/webhook.delivery.list"} <= set(urls)
    assert [url for url in urls if 'class="empty"' in page(demo, url).text] == []


def menu_of(html: str) -> list[str]:
    """Where the entries of the menu lead."""
    return re.findall(r'<a href="([^"]+)"', html.partition('id="sidebar"')[2].partition("</nav>")[0])


def test_every_page_in_the_menu_of_the_demo_says_that_it_is_one(demo):
    urls = [
        *menu_of(page(demo, "/").text),
        "/account",
        "/password",
        "/me/tokens",
        "/api/docs",
        "/no/such/page",
    ]
    assert [url for url in urls if 'class="demo-band"' not in page(demo, url).text] == []


@pytest.fixture
def new_company(database: str, data_folder: Path) -> Iterator[Flask]:
    """The app of all addons as `bincard init` leaves it: a company that has nothing yet."""
    settings = get_settings().model_copy(update={"database_url": database_url(database)})
    app = create_app(resolve(FURTHER, CATALOGUE), settings)
    with app.app_context():
        company = ensure_company(db.session, code="MAIN", name="新公司", currency="USD")
        ensure_administrator(db.session, "admin@demo.example", "demo-administrator", company)
        db.session.commit()
        yield app
        db.session.remove()


@pytest.mark.parametrize("addons", [FURTHER], ids=["all"])
def test_every_empty_list_says_what_belongs_there_and_has_one_button(new_company):
    urls = menu_of(page(new_company, "/").text)
    empty = {url: page(new_company, url).text.partition('class="empty"')[2] for url in urls}
    bare = [
        url for url, html in empty.items() if html and (html.count('class="btn') != 1 or "<p>" not in html)
    ]
    assert bare == []
    assert len([url for url, html in empty.items() if html]) > len(urls) // 2


def test_no_chart_of_the_demo_is_empty(demo):
    charts = {name: said for name, said in readings(demo) if isinstance(said, Chart)}
    assert [name for name, said in charts.items() if not any(any(s.values) for s in said.series)] == []


@pytest.mark.parametrize("email", ["rep@demo.example", "orders@demo.example", "purchasing@demo.example"])
def test_no_list_in_the_menu_of_a_demo_log_in_is_empty(email, demo):
    user = db.session.scalars(select(m.User.fs_uniquifier).where(m.User.email == email)).one()
    client = demo.test_client()
    log_in(demo, client, user)
    screens = [s.name for s in demo.extensions["screens"].lists() if s.addon != CORE]
    with demo.app_context():
        pages = {name: client.get(f"/m/{name}") for name in screens}
    shown = {name: found.text for name, found in pages.items() if found.status_code == 200}
    assert shown
    assert [name for name, html in shown.items() if "data-id=" not in html] == []


def test_purchasing_drafts_bills_and_finance_posts_them(demo):
    def held(email):
        user = db.session.scalars(select(m.User).where(m.User.email == email)).one()
        return {permission for role in user.roles for permission in role.permissions}

    purchasing, finance = held("purchasing@demo.example"), held("finance@demo.example")
    posting = {"accounting.post", "supplier_payables.post", "supplier_payments.pay", "supplier_payments.file"}
    assert "accounting.write_bills" in purchasing and not posting & purchasing
    assert posting <= finance and "supplier_payments.approve" not in finance


def test_beancount_accepts_the_demo_books_with_our_balances(demo):
    company = db.session.scalars(select(m.Company).where(m.Company.is_demo)).one()
    found = theirs("".join(beancount.ledger(db.session, company.id)))
    assert found == ours(company)
    assert len(found[0]) > 15


def records_behind(app: Flask, link: str) -> int:
    """How many rows a list has in the state that its address gives."""
    company = db.session.scalars(select(m.Company).where(m.Company.is_demo)).one()
    with app.test_request_context(link):
        screens = app.extensions["screens"]
        screen = screens.by_name[request.path.removeprefix("/m/")]
        actor = Actor(None, "admin", company.id, is_superuser=True)
        with acting(db.session, actor):
            query = query_of(plan_for(screens, screen), read_state(screen, request.args), actor, "en")
            return db.session.scalar(query.count())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", FURTHER)
def test_every_document_is_printed(name, locale, demo):
    for document in demo.extensions["documents"].values():
        if document.addon == name:
            kind, delivery = document.definition.name, document.definition.delivery
            model = demo.extensions["composition"].model(document.definition.model)
            latest = db.session.scalars(select(model).order_by(model.id.desc()))
            found = latest.all()
            ready = (one for one in found if delivery is None or delivery.ready(one))
            record = next(ready, found[0] if found else None)
            assert record is not None, f"the demo data of {name} has no {kind}"
            html = render_html(kind, record, locale=locale)
            assert filename_of(kind, record, locale=locale).endswith(".pdf")
            if locale != "en":
                assert english(html, only_labels=True) == []


@pytest.mark.parametrize("name", FURTHER)
def test_its_demo_data_is_loaded_once(name, demo):
    def rows() -> dict[str, int]:
        tables = demo.extensions["composition"].metadata.tables.values()
        return {t.name: db.session.scalar(select(func.count()).select_from(t)) for t in tables}

    before = rows()
    company = db.session.scalars(select(m.Company).where(m.Company.is_demo)).one()
    for source, load in declared(demo.extensions["sources"], "demo", "load"):
        if source.name == name:
            load(db.session, company)
            db.session.flush()
    assert rows() == before
