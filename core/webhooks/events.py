"""What happened, written down for each endpoint that wants to know, in the transaction that makes it happen.

Events have the name of a model and what became of it: `partner.created`, `partner.updated`,
`partner.deleted`; where a record has a state, also the state that it comes into, and each act on it:
`accounting.invoice.posted`, `billing.statement.released`, `stock.transfer.released`. Batches, which pass the
ORM by, tell of it through `core.security.audit.record`.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from flask import current_app
from sqlalchemy import Table, func, inspect, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import m
from core.jobs.ring import SEND_WEBHOOKS, ring_later
from core.security.actor import actor_of
from core.settings import Settings

_NOTED = "webhook events of this flush"
_KNOWN = "webhook endpoints of this transaction"
_ACTIVE = text("SELECT id, company_id, events FROM webhook_endpoint WHERE active")
#: Whether there is an endpoint at all, of which company ever.
LISTENED = "EXISTS (SELECT 1 FROM webhook_endpoint WHERE active)"
#: How acts are told whose past is not their name and “ed”.
_PAST = {
    "cancel": "cancelled",
    "do": "done",
    "hold": "held",
    "leave": "left",
    "pay": "paid",
    "redo": "redone",
    "send": "sent",
    "split": "split",
    "take": "taken",
    "withdraw": "withdrawn",
}


@dataclass(frozen=True)
class Listener:
    """An active endpoint."""

    id: int
    company_id: int
    patterns: tuple[str, ...]

    def wants(self, event: str) -> bool:
        """Whether one of its patterns matches."""
        return any(fnmatchcase(event, pattern) for pattern in self.patterns)


def patterns_of(text: str) -> tuple[str, ...]:
    """The patterns in the lines of a text."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def note_changes(session: Session, _context: Any, _instances: Any) -> None:
    """Before a flush: which records change, and which come into another state."""
    noted = [("created", r) for r in session.new if _is_told(r)]
    noted += [("deleted", r) for r in session.deleted if _is_told(r)]
    for record in session.dirty:
        if _is_told(record) and session.is_modified(record, include_collections=False):
            noted.append(("updated", record))
            state = _new_state(record)
            if state:
                noted.append((state, record))
    session.info[_NOTED] = noted


def _is_told(record: Any) -> bool:
    """Whether people would want to know: not of what only machines write, nor of these very set-ups."""
    return bool(record._audited) and not record._name.startswith(("api.", "webhook."))


def _new_state(record: Any) -> str:
    attributes = inspect(record).attrs
    if "state" not in attributes:
        return ""
    history = attributes["state"].history
    changed = bool(history.added) and history.added != history.deleted
    return str(history.added[0]) if changed else ""


def write_changes(session: Session, _context: Any) -> None:
    """After the flush, when new records have their ids."""
    for what, record in session.info.pop(_NOTED, []):
        company_id = getattr(record, "company_id", None) or actor_of(session).company_id
        emit(session, f"{record._name}.{what}", record._name, [record.id], company_id)


def tell_act(session: Any, action: str, model: str, record_ids: Sequence[int]) -> None:
    """Tell of an act that a service has put into the audit by itself."""
    emit(session, f"{model}.{told(action)}", model, record_ids, actor_of(session).company_id)


def told(action: str) -> str:
    """An act once it is done, which is often the state that it leads to: `release` → `released`."""
    verb, *rest = action.split("_")
    past = _PAST.get(verb) or verb.removesuffix("e") + "ed"
    return "_".join([past, *rest])


def emit(session: Any, event: str, model: str, record_ids: Iterable[int], company_id: int | None) -> None:
    """Write one delivery for each record and each endpoint of the company that wants this event."""
    wanted = [e for e in _listeners(session) if e.company_id == company_id and e.wants(event)]
    if not wanted:
        return
    settings: Settings = current_app.extensions["settings"]
    state = "pending" if settings.webhooks == "on" else "held"
    rows = [_row(endpoint, event, model, i, state) for i in record_ids for endpoint in wanted]
    if rows:
        # Noted twice in a transaction (by a flush and by the audit, say), it is told once.
        written = insert(_table()).values(transaction=func.txid_current()).on_conflict_do_nothing()
        session.execute(written, rows)
        ring_later(session, SEND_WEBHOOKS)


def _row(endpoint: Listener, event: str, model: str, record_id: int, state: str) -> dict[str, Any]:
    return {
        "endpoint_id": endpoint.id,
        "company_id": endpoint.company_id,
        "key": str(uuid.uuid4()),
        "event": event,
        "model": model,
        "record_id": record_id,
        "state": state,
    }


def _table() -> Table:
    table: Table = m.WebhookDelivery.__table__
    return table


def _listeners(session: Any) -> list[Listener]:
    """The active endpoints, asked for once a transaction; of all companies, since a job may span them."""
    if _KNOWN not in session.info:
        session.info[_KNOWN] = [Listener(i, c, patterns_of(e)) for i, c, e in session.execute(_ACTIVE)]
    known: list[Listener] = session.info[_KNOWN]
    return known


def forget_listeners(session: Any) -> None:
    """After a transaction: the next one asks again."""
    session.info.pop(_KNOWN, None)
