"""The records that an import's options name, and those that its rows became."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from core import m
from core.db import AnySession
from core.exchange.conversion import MappingError
from core.exchange.convert import CodeCell
from core.exchange.targets import Target, TargetOption
from core.i18n import _
from core.screens import codes
from core.screens.forms.labels import labels_of, url_of_record
from core.screens.refusals import kind_name
from core.security.actor import actor_of

#: Records that a page leads to.
NAMED = 12


def offered(session: AnySession, option: TargetOption) -> list[tuple[str, str]]:
    """Code and name of the records that an option can name; none where it names none."""
    if not isinstance(option.convert, CodeCell):
        return []
    return codes.offered(session, _model(option.convert.model))


def refuse_unknown(session: AnySession, target: Target, given: dict[str, Any]) -> None:
    """An option names a record that is there: what rows make, it can't; raises MappingError."""
    for option in target.options:
        code = given.get(option.name)
        if not code or not isinstance(option.convert, CodeCell):
            continue
        cls = _model(option.convert.model)
        there = select(cls.id).where(cls.company_id == actor_of(session).company_id, cls.code == code)
        if session.scalar(there) is None:
            raise MappingError(
                _(
                    "%(option)s: nobody has the code “%(code)s”. Choose one that is there.",
                    option=str(option.title),
                    code=code,
                )
            )


def became(session: AnySession, data_import: Any) -> tuple[int, list[tuple[str, str]]]:
    """How many records the rows became, and the first of them with label and address."""
    screens, row = current_app.extensions["screens"], m.DataImportRow
    if data_import.target not in screens.models.parts:
        return 0, []
    mine = (row.import_id == data_import.id, row.record_id.is_not(None))
    count = session.scalar(select(func.count(row.record_id.distinct())).where(*mine)) or 0
    first = select(row.record_id).where(*mine).group_by(row.record_id).order_by(func.min(row.number))
    ids = session.scalars(first.limit(NAMED)).all()
    labels = _labels(session, screens, data_import.target, ids)
    address = (url_of_record(screens, data_import.target, one, actor_of(session)) for one in ids)
    return count, [(labels[one], url) for one, url in zip(ids, address, strict=True) if one in labels and url]


def _labels(session: AnySession, screens: Any, model: str, ids: Sequence[Any]) -> dict[int, str]:
    """What records are called; what has no name goes by its kind and id."""
    found = labels_of(session, screens, (model, "id"), set(ids))
    cls = screens.models.model(model)
    return found if cls._label != "id" else {one: f"{kind_name(cls, model)} {one}" for one in found}


def _model(name: str) -> Any:
    return current_app.extensions["composition"].model(name)
