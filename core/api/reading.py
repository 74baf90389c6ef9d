"""Records as JSON: one, or a page of a list, each with its lines in one query a kind of line."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select

from core.api.problems import ApiProblem
from core.api.queries import Question, beyond, cursor_of
from core.api.resources import Lines, Resource, rows_seen
from core.api.values import to_json
from core.db import db
from core.jobs.queue import progress
from core.screens.fields import FieldInfo
from core.security.actor import Actor

Json = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """A page of a list."""

    items: list[Json]
    #: What `after` says for the next page; empty where there is none.
    more: str
    total: int | None


def one(resource: Resource, actor: Actor, record_id: int) -> Json:
    """A record with its lines; 404 for what there is not, or not for this caller."""
    found = _rows(resource, actor, [resource.cls.id == record_id], list(resource.visible(actor)))
    if not found:
        raise ApiProblem("not-found")
    _add_lines(resource, actor, found, list(resource.visible_lines(actor)))
    if resource.name == "job":
        found[0]["progress"] = vars(progress(db.session, record_id))
    return found[0]


def record_of(resource: Resource, actor: Actor, record_id: int, lock: bool = False) -> Any:
    """The record itself, where asked for locked until the call ends; 404 as for `one`."""
    statement = rows_seen(resource, actor).where(resource.cls.id == record_id)
    if lock:
        statement = statement.with_for_update(of=resource.cls).execution_options(populate_existing=True)
    record = db.session.scalar(statement)
    if record is None:
        raise ApiProblem("not-found")
    return record


def page_of(resource: Resource, actor: Actor, asked: Question) -> Page:
    """The rows that the address asks for, and whether there are more."""
    where = [*asked.where, *([beyond(resource, asked)] if asked.after is not None else [])]
    names = ["id", *(asked.fields or resource.visible(actor))]
    by = [name for name, _down in asked.order]
    offset = (asked.page - 1) * asked.limit
    # One more than asked for tells whether there is a next page.
    items = _rows(resource, actor, where, [*names, *by], _order(resource, asked), asked.limit + 1, offset)
    more = ""
    if len(items) > asked.limit:
        del items[asked.limit :]
        more = cursor_of(asked, [items[-1][name] for name in (*by, "id")])
    for name in set(by) - set(names):
        for item in items:
            del item[name]
    _add_lines(resource, actor, items, asked.include)
    total = _count(resource, actor, asked) if asked.count else None
    return Page(items, more, total)


def _count(resource: Resource, actor: Actor, asked: Question) -> int:
    matching = rows_seen(resource, actor, resource.cls.id).where(*asked.where).subquery()
    return int(db.session.scalar(select(func.count()).select_from(matching)) or 0)


def _order(resource: Resource, asked: Question) -> list[Any]:
    by = [(getattr(resource.cls, name), down) for name, down in asked.order]
    return [*(column.desc() if down else column.asc() for column, down in by), resource.cls.id]


def _rows(
    resource: Resource,
    actor: Actor,
    where: Sequence[Any],
    names: Sequence[str],
    order: Sequence[Any] = (),
    limit: int | None = None,
    offset: int = 0,
    code: Any = None,
) -> list[Json]:
    """The rows; `code` is the column with the currency of amounts that have none in their own row."""
    wanted = [resource.columns[name] for name in dict.fromkeys(names)]
    columns = [getattr(resource.cls, info.name) for info in wanted]
    amounts = [info for info in wanted if info.kind == "money"]
    codes = [_code_of(resource, info, code) for info in amounts]
    statement = rows_seen(resource, actor, *columns, *codes).where(*where).order_by(*order)
    rows = db.session.execute(statement.limit(limit).offset(offset))
    return [_item(wanted, row, amounts) for row in rows]


def _item(wanted: Sequence[FieldInfo], row: Sequence[Any], amounts: Sequence[FieldInfo]) -> Json:
    """A row as JSON: its values, and behind them the currencies of the amounts."""
    codes = {info.name: code for info, code in zip(amounts, row[len(wanted) :], strict=True)}
    return {i.name: to_json(i, v, codes.get(i.name, "")) for i, v in zip(wanted, row, strict=False)}


def _code_of(resource: Resource, info: FieldInfo, around: Any) -> Any:
    """The column with the currency of an amount; an empty text where only its storage is known."""
    name = resource.currency_of(info.name)
    if name:
        return getattr(resource.cls, name)
    return around if around is not None and info.currency == "currency_code" else literal("")


def _add_lines(resource: Resource, actor: Actor, items: list[Json], names: Sequence[str]) -> None:
    for name in names if items else ():
        lines = resource.lines[name]
        by_parent = _lines_of(resource, lines, actor, [item["id"] for item in items])
        for item in items:
            item[name] = by_parent.get(item["id"], [])


def _lines_of(document: Resource, lines: Lines, actor: Actor, ids: Sequence[int]) -> dict[int, list[Json]]:
    of = lines.resource
    parent = getattr(of.cls, lines.parent)
    order = (getattr(of.cls, lines.order), of.cls.id)
    names = [lines.parent, *of.visible(actor)]
    # The documents were found by what the caller may see; their lines go with them.
    where, code = [parent.in_(ids)], None
    if "currency_code" in document.columns and "currency_code" not in of.columns:
        where, code = [*where, parent == document.cls.id], document.cls.currency_code
    rows = _rows(of, actor, where, names, order, code=code)
    found: dict[int, list[Json]] = {}
    for row in rows:
        found.setdefault(row.pop(lines.parent), []).append(row)
    return found


def etag_of(item: Json) -> str:
    """The version of a record with its lines, as this caller sees it: it changes with any value."""
    text = json.dumps(item, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
