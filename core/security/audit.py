"""Every change of a record leaves a trace, written in the transaction that makes it.

Bulk statements pass the session by: a service that uses them calls `record` itself.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import Table, TextClause, insert, inspect, text
from sqlalchemy.orm import Session

from core.db import AnySession
from core.security.actor import actor_of

#: Never written down, not even as a hash.
SECRET = frozenset(
    {"password", "tf_totp_secret", "mf_recovery_codes", "fs_uniquifier", "secret", "secret_hash"}
)
_PENDING = "audit rows of this flush"
#: Is told of an act: session, act, model, ids. The app's `act_listeners` are known by what they ask in SQL:
#: whether they are to be told at all.
Listen = Callable[[AnySession, str, str, Sequence[int]], None]
#: Written out: each act leaves a trace, and making a statement of its parts takes longer than to run it. It
#: says at once whether anybody wants to be told: mostly nobody does, and to ask is a statement of its own.
_RECORD = """
    WITH noted AS (
        INSERT INTO audit_event
               (record_id, user_id, user_name, company_id, action, model, before, after, request_id)
        SELECT own.id, CAST(:user_id AS bigint), CAST(:user_name AS text), CAST(:company_id AS bigint),
               CAST(:action AS text), CAST(:model AS text), CAST(:before AS jsonb), {after},
               CAST(:request_id AS text)
          FROM {own})
    SELECT {wanted}
"""
#: All say the same of themselves; or each has something of its own to say.
_ALIKE = {"own": "unnest(CAST(:ids AS bigint[])) AS own (id)", "after": "CAST(:after AS jsonb)"}
_EACH = {
    "own": "unnest(CAST(:ids AS bigint[]), CAST(:after AS text[])) AS own (id, after)",
    "after": "CAST(own.after AS jsonb)",
}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date | datetime):
        return str(value)
    return value


def _audited(record: Any) -> bool:
    return bool(getattr(type(record), "_audited", True))


def collect_changes(session: Session, _context: Any, _instances: Any) -> None:
    """Before a flush: note what is about to change, while the old values are still known."""
    changes: list[tuple[Any, str, Any, Any]]
    changes = [(r, "update", *_difference(r)) for r in session.dirty if _audited(r)]
    changes = [c for c in changes if c[3]]
    changes += [(r, "delete", _values(r), None) for r in session.deleted if _audited(r)]
    changes += [(r, "create", None, None) for r in session.new if _audited(r)]
    session.info[_PENDING] = changes


def write_changes(session: Session, _context: Any) -> None:
    """After the flush, when new records have their ids: write the trace."""
    changes = session.info.pop(_PENDING, [])
    rows = []
    for r, action, before, after in changes:
        row = _row(session, action, r._name, r.id, before, _values(r) if action == "create" else after)
        # What the program does of itself, it does in no company; the record is of one all the same.
        row["company_id"] = inspect(r).dict.get("company_id") or row["company_id"]
        rows.append(row)
    if rows:
        session.execute(insert(_table()), rows)


def record(
    session: AnySession,
    action: str,
    model: str,
    record_ids: Iterable[int],
    after: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
) -> None:
    """Write down an act on these records, such as `post` or a bulk change; rooms above may listen."""
    ids = list(record_ids)
    if not ids:
        return
    # One statement however many records: sent row by row, the trace of a batch takes longer than its act.
    row = _row(session, action, model, 0, None, None)
    said = {"before": json.dumps(before), "after": json.dumps(after)}
    _note(session, {**row, **said, "ids": ids}, is_each=False)


def record_each(session: AnySession, action: str, model: str, after: Mapping[int, Mapping[str, Any]]) -> None:
    """Write down an act on several records, with what each has after it; else as `record`."""
    if not after:
        return
    row = _row(session, action, model, 0, None, None)
    said = {"before": json.dumps(None), "after": [json.dumps(one) for one in after.values()]}
    _note(session, {**row, **said, "ids": list(after)}, is_each=True)


def _note(session: AnySession, values: Mapping[str, Any], *, is_each: bool) -> None:
    """Write the rows, and tell whoever wants to know."""
    listeners: Mapping[str, Listen] = current_app.extensions.get("act_listeners", {})
    wanted = session.execute(_recording(tuple(listeners), is_each), values).one()
    for listen, is_wanted in zip(listeners.values(), wanted, strict=False):
        if is_wanted:
            listen(session, values["action"], values["model"], values["ids"])


@cache
def _recording(questions: tuple[str, ...], is_each: bool) -> TextClause:
    rows = _EACH if is_each else _ALIKE
    return text(_RECORD.format(wanted=", ".join(questions) or "true", **rows))


def _table() -> Table:
    table: Table = current_app.extensions["composition"].AuditEvent.__table__
    return table


def _row(
    session: AnySession,
    action: str,
    model: str,
    record_id: int,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> dict[str, Any]:
    actor = actor_of(session)
    return {
        "user_id": actor.user_id,
        "user_name": actor.name,
        "company_id": actor.company_id,
        "action": action,
        "model": model,
        "record_id": record_id,
        "before": before,
        "after": after,
        "request_id": actor.request_id,
    }


def _values(record: Any) -> dict[str, Any]:
    state = inspect(record)
    loaded = state.dict
    return {
        attribute.key: _plain(loaded[attribute.key])
        for attribute in state.mapper.column_attrs
        if attribute.key in loaded and loaded[attribute.key] is not None and attribute.key not in SECRET
    }


def _difference(record: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = {}, {}
    state = inspect(record)
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if attribute.key not in SECRET and history.added and history.deleted != history.added:
            before[attribute.key] = _plain(history.deleted[0]) if history.deleted else None
            after[attribute.key] = _plain(history.added[0])
    return before, after
