"""The generic screens: lists and forms declared as data, and the pages around them."""

from collections.abc import Iterable
from typing import Any

from flask import Flask

from core.db import db
from core.i18n import locale_code
from core.loader.code import declared, host_screens
from core.loader.discovery import CORE, AddonSource
from core.locales import LOCALES
from core.screens import assets, errors, menu
from core.screens.actions import check_buttons
from core.screens.archiving import archiving
from core.screens.arguments import GivenFile, Price, Quantity, argument
from core.screens.boards import host as host_board
from core.screens.boards.dashboards import (
    Chart,
    Dashboards,
    Figure,
    Series,
    chart_data,
    compose_boards,
    shared,
)
from core.screens.bulk import job as bulk_job
from core.screens.bulk import undo as bulk_undo
from core.screens.composition import compose_screens
from core.screens.declaring import Screens
from core.screens.fields import choice_text
from core.screens.forms.derive import Derived, Mark, Typed
from core.screens.forms.form import shown_nodes
from core.screens.forms.panels import line_panels, panel_keys
from core.screens.lists import export_job
from core.screens.pages import BLUEPRINTS
from core.screens.pages.home import company, theme
from core.screens.pages.tours import tour_card, tour_of_user
from core.screens.panel.files import file_size
from core.screens.tours import host as host_tour
from core.screens.tours.tour import Step, Tours, compose_tours
from core.screens.tree import (
    Act,
    BulkAction,
    Button,
    Column,
    Fact,
    Facts,
    Field,
    Filling,
    Filter,
    Grid,
    LinePanel,
    Named,
    Narrowing,
    Part,
    ScreenError,
    Section,
    SetField,
    describe,
)
from core.security.rights import current_actor

__all__ = [
    "Act",
    "BulkAction",
    "Button",
    "Chart",
    "Column",
    "Dashboards",
    "Derived",
    "Mark",
    "Fact",
    "Facts",
    "Field",
    "Figure",
    "Filling",
    "Filter",
    "GivenFile",
    "Grid",
    "LinePanel",
    "Named",
    "Narrowing",
    "Part",
    "Price",
    "Quantity",
    "ScreenError",
    "Screens",
    "Section",
    "Series",
    "SetField",
    "Step",
    "Tours",
    "Typed",
    "archiving",
    "argument",
    "describe",
    "shared",
]


def init_app(app: Flask, sources: list[AddonSource]) -> None:
    """Compose the app's screens and serve them; raises ScreenError where they don't fit together."""
    found = [*host_screens(), *_named(declared(sources, "screens", "screens"))]
    app.extensions["screens"] = compose_screens(found, app.extensions["composition"])
    app.extensions["list_plans"] = {}
    app.extensions["dashboards"] = compose_boards(
        [(CORE, host_board.dashboards), *_named(declared(sources, "dashboards", "dashboards"))]
    )
    app.extensions["tours"] = compose_tours(
        [(CORE, host_tour.tours), *_named(declared(sources, "tours", "tours"))]
    )
    app.jinja_env.globals.update(
        menu=menu.current_menu,
        sidebar=menu.sidebar,
        company=company,
        theme=theme,
        actor=current_actor,
        chart_data=chart_data,
        locales=LOCALES,
        leaves=menu.leaves,
        source_of=menu.source_of,
        locale_code=locale_code,
        shown_nodes=shown_nodes,
        line_panels=line_panels,
        panel_keys=panel_keys,
        file_size=file_size,
        choice_text=choice_text,
        said_of=said_of,
        tour_card=tour_card,
        tour_of_user=tour_of_user,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    macros = vars(app.jinja_env.get_template("macros.html").module)
    app.jinja_env.globals.update(csrf_input=macros["csrf_input"], key=macros["key"])
    assets.init_app(app, sources)
    errors.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions["job_kinds"].update(bulk_job.jobs.kinds | bulk_undo.jobs.kinds | export_job.jobs.kinds)


def said_of(node: Facts | Part, record: Any) -> Any:
    """What a strip or a part of a page says of a record now."""
    return node.read(db.session, record) if node.read is not None else ()


def _named(found: Iterable[tuple[AddonSource, Any]]) -> list[tuple[str, Any]]:
    return [(source.name, declaration) for source, declaration in found]


def check(app: Flask) -> None:
    """Refuse buttons that lead nowhere, once all pages are there; raises ScreenError."""
    check_buttons(app, app.extensions["screens"].by_name.values())
