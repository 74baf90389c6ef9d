"""Repeated calls: the same `Idempotency-Key` gets the first answer again, and the effect happens once.

The answer is a row in the transaction of the effect: either both are there or none. While the first call is
at work, a lock on the key answers 409 to a second one. A call that was refused had no effect and keeps
nothing: corrected, it may come again under the same key. Keys are a token's own, and forgotten after a day.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Response, g, request
from sqlalchemy import delete, insert, select, text

from core import m
from core.api.bodies import raw_body
from core.api.problems import ApiProblem
from core.db import AnySession, db
from core.db.locks import lock_key
from core.i18n import _

KEPT = timedelta(hours=24)
HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,255}")
_TRY = text("SELECT pg_try_advisory_xact_lock(:space, :key)")
#: Among the locks with two numbers, which nothing else here uses.
_SPACE = 0x4B455953


def once(call: Callable[[], Response]) -> Response:
    """The answer to this call, or the one that it had before; commits."""
    key = request.headers.get(HEADER)
    if key is None:
        response = call()
        db.session.commit()
        return response
    if not _KEY.fullmatch(key):
        raise ApiProblem("bad-request", _("An idempotency key has 1 to 255 visible ASCII characters."))
    kept = _kept(key)
    if kept is not None:
        return kept
    response = call()
    _keep(key, response)
    db.session.commit()
    return response


def _kept(key: str) -> Response | None:
    token_id = g.api_token_id
    if not db.session.scalar(_TRY, {"space": _SPACE, "key": lock_key(f"{token_id} {key}")}):
        raise ApiProblem("in-flight", headers={"Retry-After": "1"})
    reply = m.ApiReply
    row = db.session.scalar(select(reply).where(reply.token_id == token_id, reply.key == key))
    if row is not None and row.created_at < datetime.now(UTC) - KEPT:
        db.session.execute(delete(reply).where(reply.id == row.id))
        row = None
    if row is None:
        return None
    if row.fingerprint != _fingerprint():
        raise ApiProblem("key-reused", _("Use a new key for a new call."))
    response = Response(row.body, row.status, mimetype="application/json")
    response.headers.extend({**row.headers, "Idempotent-Replayed": "true"})
    return response


def _keep(key: str, response: Response) -> None:
    values = {
        "token_id": g.api_token_id,
        "key": key,
        "fingerprint": _fingerprint(),
        "status": response.status_code,
        "headers": {n: response.headers[n] for n in ("ETag", "Location") if n in response.headers},
        "body": response.get_data(as_text=True),
    }
    db.session.execute(insert(m.ApiReply.__table__), [values])


def _fingerprint() -> str:
    parts = (request.method, request.full_path, request.headers.get("If-Match", ""))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace") + b"\n" + raw_body()).hexdigest()


def forget_old(session: AnySession, now: datetime) -> int:
    """Delete the answers that are older than a day; returns how many."""
    old = delete(m.ApiReply).where(m.ApiReply.created_at < now - KEPT).returning(m.ApiReply.id)
    return len(session.execute(old).all())
