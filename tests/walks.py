"""A demo company, a second company without a record, and a user of each shipped role in both.

Everything of the demo company is another company's to whoever works in the second one; its customers carry a
mark, by which a leak shows in any response.
"""

import gc
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text
from werkzeug.routing import IntegerConverter

from core import m
from core.api.resources import Resource, find_resource, resource_names
from core.app import create_app
from core.db import db
from core.db.session import engine_for
from core.loader.graph import resolve
from core.records.companies import ensure_company
from core.screens.bulk.acts import acts_of
from core.screens.forms.choices import choice_field
from core.screens.lists.page import editable_columns, plan_for
from core.screens.lists.views import SHARE
from core.screens.tree import Button, FormScreen, ListScreen, walk
from core.security.actor import NEVER, SYSTEM, acting, set_actor
from core.security.rights import PUBLIC, model_rights
from core.settings import get_settings
from tests.conftest import RUN, database_url, execute_on_server
from tests.test_every_addon import CATALOGUE, FURTHER, demo_app

MARK = "Mark5c1f"
COST = "1234.567891"
NOBODY = "no role"
#: The one file that there is.
CONTENTS = b"a;b\n1;2\n"


@cache
def rights_app() -> Flask:
    """The app of all addons on a copy of the demo company; made once a process."""
    demo = demo_app()
    source, name = f"demo_{RUN}", f"rights_{RUN}"
    engine_for(demo.config["SQLALCHEMY_DATABASE_URI"]).dispose()
    execute_on_server(
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{source}"'
    )
    settings = get_settings().model_copy(update={"database_url": database_url(name)})
    app = create_app(resolve(FURTHER, CATALOGUE), settings)
    # The walks prove rights: that a forged request is refused is proven elsewhere.
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    app.extensions["rate_limiter"].enabled = False
    with app.app_context():
        set_actor(db.session, SYSTEM)
        _prepare()
        db.session.commit()
    # Thousands of requests follow; the collector need not look through all apps of the process each time.
    gc.collect()
    gc.freeze()
    return app


def _prepare() -> None:
    demo = db.session.scalars(select(m.Company).where(m.Company.is_demo)).one()
    other = ensure_company(db.session, code="OTHER", name="Other Ltd", currency="USD")
    db.session.execute(text("UPDATE partner SET name = :mark || ' ' || code"), {"mark": MARK})
    db.session.execute(text("UPDATE product SET cost = :cost"), {"cost": COST})
    roles = db.session.scalars(select(m.Role)).all()
    for company, prefix in ((demo, "demo"), (other, "other")):
        _user(f"{prefix}:{NOBODY}", company, [])
        for role in roles:
            _user(f"{prefix}:{role.name}", company, [role])
    _further_records(demo)


def _user(name: str, company: Any, roles: list[Any]) -> Any:
    user = m.User(
        email=f"{name.replace(' ', '')}@walk.example",
        name=name,
        fs_uniquifier=name,
        company_id=company.id,
        companies=[company],
        roles=roles,
    )
    db.session.add(user)
    db.session.flush()
    return user


def _further_records(demo: Any) -> None:
    """What the demo has none of: an import, a mail with a file, a team."""
    contents = {"mimetype": "text/csv", "sha256": hashlib.sha256(CONTENTS).hexdigest(), "size": len(CONTENTS)}
    file = m.Attachment(company_id=demo.id, filename=f"{MARK}.csv", **contents)
    partner = db.session.scalar(select(func.max(m.Partner.id)))
    beside = m.Attachment(company_id=demo.id, filename=MARK, model="partner", record_id=partner, **contents)
    db.session.add_all([file, beside])
    db.session.flush()
    db.session.add_all(
        [
            m.DataImport(company_id=demo.id, target="partner", filename=f"{MARK}.csv", attachment_id=file.id),
            m.MailMessage(
                company_id=demo.id,
                message_id=f"<{MARK}@x>",
                sender="a@x.example",
                to=["b@x.example"],
                subject=MARK,
                body=MARK,
                state="cancelled",
                attachments=[file],
            ),
            m.Team(company_id=demo.id, name=MARK),
        ]
    )
    endpoint = m.WebhookEndpoint(company_id=demo.id, name=MARK, url=f"https://{MARK}.example/", events="*")
    db.session.add(endpoint)
    db.session.flush()
    delivery = m.WebhookDelivery(
        endpoint_id=endpoint.id, company_id=demo.id, event=MARK, model="x", record_id=1, transaction=1
    )
    delivery.state = "held"
    db.session.add(delivery)


def a_record(app: Flask, model: str) -> int:
    """A record of the model in the demo company, where the model has companies."""
    cls = app.extensions["composition"].model(model)
    query = select(func.max(cls.id))
    if "company_id" in cls.__table__.c:
        query = query.join(m.Company, m.Company.id == cls.company_id).where(m.Company.is_demo)
    with acting(db.session, SYSTEM):
        found = db.session.scalar(query)
    assert found is not None, f"the demo company has no {model}: make one in tests/walks.py"
    return int(found)


@dataclass(frozen=True)
class Visit:
    """A request of the walk, and what it must be answered with."""

    method: str
    url: str
    #: The permission without which it is refused; empty where every user may.
    permission: str | None
    #: Whether it names a record of another company, which is then not there.
    foreign: bool
    #: What it sends.
    data: tuple[tuple[str, str], ...] = ()
    #: How it says that such a record is not there.
    missing: tuple[int, ...] = (404,)


#: Argument of a route → the model whose record fills it.
RECORDS = {
    "run_id": "billing.run",
    "inquiry_id": "purchasing.inquiry",
    "statement_id": "billing.statement",
    "import_id": "data.import",
    "job_id": "job",
    "message_id": "mail.message",
    "attachment_id": "attachment",
    "event_id": "audit.event",
    "open_item_id": "accounting.open_item",
    "count_id": "stock.count",
    "invoice_id": "accounting.invoice",
    "order_id": "sales.order",
    "transfer_id": "stock.transfer",
    "supplier_id": "partner",
    "partner_id": "partner",
    "line_id": "sales.order_line",
    "product_id": "product",
    "payable_id": "payables.statement",
    "match_id": "payables.match",
    "repricing_id": "pricing.run",
    "dunning_id": "dunning.run",
}
#: Arguments that name no record of a company, by the endpoint's argument.
PLAIN: dict[str, Any] = {
    "name": "no-such-letter",
    "index": 0,
    "number": 1,
    "user_id": 0,
    "session_id": 0,
    "token_id": 0,
    "model": "no.such.model",
    "record_id": 0,
    "token": "no-such-token",
}
#: Routes of the generic screens, which `screen_visits` walks for each screen.
OF_SCREENS = {
    "lists.show_list",
    "lists.as_file",
    "bulk.confirm",
    "bulk.start",
    "cells.edit",
    "cells.save",
    "views.create",
    "views.change",
    "views.change_for_all",
    "screens.choices",
    "entry.derive",
    "entry.pasted",
    "entry.fill",
    "screens.new",
    "screens.create",
    "screens.show",
    "screens.save",
    "screens.do",
    "screens.delete",
    "panel.show",
    "panel.activity",
    "panel.add_note",
    "panel.add_files",
    "panel.file",
    "panel.change_file",
    "panel.print_document",
    "panel.letter",
    "panel.send",
}
#: What stands beside a record, for whoever may read it; what writes is refused after that.
PANEL = (
    ("POST", "notes"),
    ("POST", "files"),
    ("GET", "files/1"),
    ("POST", "files/1/remove"),
    ("POST", "files/1/restore"),
    ("GET", "print"),
    ("GET", "send"),
    ("POST", "send"),
)
#: Flask-Security's own pages: proven one by one in tests/core/security.
SECURITY = {
    "login",
    "logout",
    "verify",
    "change_password",
    "two_factor_setup",
    "two_factor_setup_validate",
    "two_factor_token_validation",
    "two_factor_rescue",
    "tf_select",
    "mf_recovery",
    "mf_recovery_codes",
}


def visits(app: Flask) -> Iterator[Visit]:
    """All routes of the app with all their methods, on records of the demo company."""
    for rule in app.url_map.iter_rules():
        # Programs come with tokens: `program_visits` walks their routes.
        if rule.endpoint.startswith(("security.", "api.", "assets.")):
            continue
        if "screen" in rule.arguments:
            assert rule.endpoint in OF_SCREENS, f"let screen_visits of tests/walks.py walk {rule}"
            continue
        permission = app.view_functions[rule.endpoint].permission
        for values in filled(app, rule):
            url = app.url_map.bind("localhost").build(rule.endpoint, values)
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield Visit(method, url, permission, bool(rule.arguments))
    for screen in app.extensions["screens"].by_name.values():
        yield from screen_visits(app, screen)


#: The calls of the API, which `program_visits` walks for each resource.
OF_PROGRAMS = {
    "api.index",
    "api.create",
    "api.get",
    "api.update",
    "api.delete",
    "api.act",
    "api.make",
    "api.list_files",
    "api.add_file",
    "api.get_file",
    "api.remove_file",
    "api.get_document",
}


def program_visits(app: Flask) -> Iterator[Visit]:
    """All calls of the API with a token, on records of the demo company."""
    calls = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    assert calls == OF_PROGRAMS, f"let program_visits of tests/walks.py walk {calls ^ OF_PROGRAMS}"
    file = a_record(app, "attachment")
    for resource in filter(None, map(find_resource, resource_names())):
        yield from resource_visits(resource, file)


def resource_visits(resource: Resource, file: int) -> Iterator[Visit]:
    """The calls for one model; where its records belong to no company, writes name one that there is not."""
    rights, base = model_rights(resource.name), f"/api/v1/{resource.name}"
    owned = "company_id" in resource.cls.__table__.c and resource.name != "job"
    with acting(db.session, SYSTEM):
        there = db.session.scalar(select(func.max(resource.cls.id))) or 1
    read, at, written = rights.read, f"{base}/{there}", f"{base}/{there if owned else 2**40}"
    yield Visit("GET", base, read, False)
    # Lines are seen with their document, currencies by all: what counts there is that no mark is shown.
    yield Visit("GET", at, read, True, missing=(404,) if owned else (200, 404))
    form = resource.form
    may_change, may_delete = resource.writable, form is not None and form.delete and rights.delete is not None
    write = f"{read} {rights.write}" if may_change else read
    yield Visit("POST", base, write, True, missing=(400, 405))
    yield Visit("PATCH", written, write, True, missing=(404 if may_change else 405,))
    delete = f"{read} {rights.delete}" if may_delete else read
    yield Visit("DELETE", written, delete, True, missing=(404 if may_delete else 405,))
    for button in resource.buttons():
        yield Visit("POST", f"{written}/actions/{button.name}", f"{read} {button.permission}", True)
    for act in resource.acts():
        at = base if act.makes else written
        missing = (400,) if act.makes else (404,)
        yield Visit("POST", f"{at}/actions/{act.name}", f"{read} {act.permission}", True, missing=missing)
    for method, path in OF_FILES:
        yield Visit(method, f"{written}/{path.format(file=file)}", read, True)


#: What stands beside a record, for programs.
OF_FILES = (
    ("GET", "files"),
    ("POST", "files"),
    ("GET", "files/{file}"),
    ("DELETE", "files/{file}"),
    ("GET", "document"),
)


def filled(app: Flask, rule: Any) -> Iterator[dict[str, Any]]:
    """The values of a route's arguments; fails for one that it does not know."""
    choices: list[list[tuple[str, Any]]] = []
    for argument in sorted(rule.arguments):
        converter = rule._converters[argument]
        if hasattr(converter, "items"):
            choices.append([(argument, item) for item in sorted(converter.items)])
        elif argument in RECORDS:
            choices.append([(argument, a_record(app, RECORDS[argument]))])
        else:
            known = argument in PLAIN or rule.endpoint == "people.accept"
            assert known, (
                f"{rule} has the argument {argument!r}, which the walk of rights cannot fill: name its model "
                "in RECORDS of tests/walks.py, or a plain value in PLAIN where it names no record"
            )
            choices.append([(argument, PLAIN.get(argument, "no-such-token"))])
    for combination in itertools.product(*choices):
        yield dict(combination)


def screen_visits(app: Flask, screen: Any) -> Iterator[Visit]:
    """The generic pages of a screen."""
    rights = model_rights(screen.model)
    owned = "company_id" in app.extensions["composition"].model(screen.model).__table__.c
    base = f"/m/{screen.name}"
    if isinstance(screen, ListScreen):
        yield Visit("GET", base, rights.read, False)
        yield Visit("GET", f"{base}?q=a&size=100", rights.read, False)
        for kind in ("csv", "xlsx"):
            yield Visit("GET", f"{base}/export.{kind}", rights.read, False)
        yield from list_visits(app, screen, owned)
    if isinstance(screen, FormScreen):
        record = a_record(app, screen.model)
        # A user belongs to no company, a record without one to all.
        foreign = owned and screen.model != "user"
        yield Visit("GET", f"{base}/{record}", rights.read, foreign)
        yield Visit("POST", f"{base}/{record if foreign else 0}", rights.write, True)
        yield Visit("POST", f"{base}/{record if foreign else 0}/delete", rights.delete or NEVER, True)
        if screen.create:
            yield Visit("GET", f"{base}/new", rights.write, False)
        for place in walk(screen):
            if isinstance(place.node, Button):
                url = f"{base}/{record if foreign else 0}/do/{place.node.name}"
                yield Visit("POST", url, rights.read, True)
        yield from entry_visits(screen, base, rights.write)
        for path in ("panel", "activity?before=2026-01-01"):
            yield Visit("GET", f"{base}/{record}/{path}", rights.read, foreign)
        for method, path in PANEL:
            yield Visit(method, f"{base}/{record if foreign else 0}/{path}", rights.read, True)
    for path, needed in choice_paths(app, screen):
        yield Visit("GET", f"{base}/choices/{path}?q=a", f"{rights.read} {needed}", False)


def entry_visits(screen: FormScreen, base: str, needed: str | None) -> Iterator[Visit]:
    """What a form asks while somebody types into it."""
    foreign = (("_record", "0"),)
    yield Visit("POST", f"{base}/derive", needed, True, foreign)
    yield Visit("POST", f"{base}/paste/lines", needed, True, foreign)
    yield Visit("POST", f"{base}/fill/lines", needed, True, foreign)


def list_visits(app: Flask, screen: ListScreen, owned: bool) -> Iterator[Visit]:
    """Acts on records of a list, its cells and its views."""
    screens, base, read = app.extensions["screens"], f"/m/{screen.name}", model_rights(screen.model).read
    record = a_record(app, screen.model) if owned and screen.model != "user" else 0
    chosen = (("ids", str(record)), ("expected", "1"))
    for act in acts_of(screens, screen, SYSTEM):
        for url in (f"{base}/bulk/{act.name}", f"{base}/bulk/{act.name}/start"):
            yield Visit("POST", url, f"{read} {act.permission}", True, chosen, (409, 422))
    write = model_rights(screen.model).write
    for name in editable_columns(screens, plan_for(screens, screen), SYSTEM):
        url = f"{base}/{record}/cell/{name}"
        yield Visit("GET", url, f"{read} {write}", True, (), (404, 409, 422))
        yield Visit("POST", url, f"{read} {write}", True, ((name, "x"),), (404, 409, 422))
    yield Visit("POST", f"{base}/views", read, False, (("name", "Walked"),))
    for act in ("save", "rename", "delete", "share", "default"):
        yield Visit("POST", f"{base}/views/0/{act}", read, True)
    yield Visit("POST", f"{base}/views/0/for-all/everyone", f"{read} {SHARE}", True)


def choice_paths(app: Flask, screen: Any) -> Iterator[tuple[str, str]]:
    """The search fields of a screen, each with the permission that choosing needs."""
    screens = app.extensions["screens"]
    for path in {p.name.removeprefix("filters.") for p in walk(screen)}:
        try:
            info, _node = choice_field(screens, screen, path, SYSTEM)
        except LookupError:
            continue
        needed = model_rights(info.target)
        yield path, needed.choose or needed.read


#: What strangers write where a page expects something else, as an address has it: NUL, more than 64 bits, a
#: state that there is not, days at the ends of the calendar, half a character, what formats and patterns use.
STRANGE = (
    "%00",
    str(2**63 - 1),
    str(2**63),
    "9" * 5000,
    "-1",
    "no-such",
    "0001-01-01",
    "9999-12-31",
    "99999-12-31",
    "%ED%A0%80",
    "%25%5C%27%22%0D%0A",
    "1e999",
    "nan",
)
#: What pages ask of their address and of what is sent to them, apart from the filters of lists.
ASKED = (
    *("q", "state", "page", "size", "of", "view", "before", "target", "board", "ids", "all", "expected"),
    *("name", "body", "reason", "mails", "days", "step", "act", "next", "company", "locale", "theme", "to"),
    *("cycle", "scope", "period_end", "email", "password", "again", "code", "extent", "field-document"),
)
#: What is no page of ours: others prove it, or it would end the walk.
_LEFT_OUT = ("security.logout", "assets.file")


def strange_visits(app: Flask) -> Iterator[Visit]:
    """All routes with strange values in their path, in what they ask for, and in what is sent to them."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in _LEFT_OUT or rule.endpoint.startswith("api."):
            continue
        for value in STRANGE:
            path = _strange_path(rule, value)
            asked = "&".join(f"{name}={value}" for name in ASKED)
            public = PUBLIC if rule.endpoint.startswith("security.") else None
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                query = f"?{asked}" if method == "GET" else ""
                yield Visit(method, path + query, public, True, (("sent", asked),) if not query else ())
    lists = [s for s in app.extensions["screens"].by_name.values() if isinstance(s, ListScreen)]
    for asked, value in itertools.product(OF_LISTS, STRANGE):
        yield Visit("GET", f"/m/{lists[0].name}?{asked}={value}", None, True)
    for screen in app.extensions["screens"].by_name.values():
        yield from _strange_filters(screen) if isinstance(screen, ListScreen) else _strange_forms(screen)


def _strange_path(rule: Any, value: str) -> str:
    """The path of a rule: numbers as large as they may be, texts as strange as they come."""
    path = ""
    for is_argument, part in rule._trace:
        if not is_argument:
            path += part.lstrip("|")
            continue
        converter = rule._converters[part]
        if hasattr(converter, "items"):
            path += sorted(converter.items)[0]
        elif isinstance(converter, IntegerConverter):
            path += value if value.isdigit() else str(2**63 - 1)
        else:
            path += value
    return path


#: What every list asks of its address: one of them stands for all.
OF_LISTS = ("q", "page", "size", "of", "view", "sort", "group", "columns", "f.x")


def _strange_filters(screen: ListScreen) -> Iterator[Visit]:
    """Each filter gets each of a few values that differ in kind."""
    for name, bound in itertools.product((f.name for f in screen.filters), ("", ".to")):
        for value in (str(2**63 - 1), "9999-12-31", "nan"):
            # What rows look like hangs on no filter: one of them shows that there are some.
            yield Visit("GET", f"/m/{screen.name}?size=1&f.{name}{bound}={value}", None, True)


#: Longer than an index takes, and nothing that packing makes shorter.
LONG = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(200))


def _strange_forms(screen: FormScreen) -> Iterator[Visit]:
    """A new record of nothing but strange values."""
    names = [p.name for p in walk(screen)]
    for value in (*STRANGE[1:], LONG) if screen.create else ():
        asked = "&".join(f"{name}={value}&{name}-n0-quantity={value}" for name in names)
        yield Visit("POST", f"/m/{screen.name}/new", None, True, (("sent", asked),))
