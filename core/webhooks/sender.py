"""Delivers what is due, at least once each.

Problem: a receiver takes an event, and the sender dies before it can write that down. Rule, for one delivery:

1. One statement claims the row: state `sending`, one more attempt, and a lease of two minutes, which is
   longer than an attempt may take. Others skip it.
2. Outside any transaction the request is made.
3. One transaction writes the attempt, the answer and what follows, if the row still is at this attempt.

A sender that is killed between 1 and 3 leaves a lease that runs out; the next sender tries again, under the
same `key`, by which the receiver tells that it has it already. Example: delivered at 9:00:01, the machine
loses power at 9:00:01, sent again at 9:02; the receiver sees one `Bincard-Delivery` twice and acts once.
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import RowMapping, text

from core.db import db
from core.settings import Settings
from core.webhooks import notices
from core.webhooks.transport import Answer, DeliveryError, post, signature

#: How long to wait after the first, second, ... failed attempt; after the last one the delivery has failed.
LADDER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
    timedelta(hours=24),
)
#: An endpoint that has failed for so long is switched off.
DISABLED_AFTER = timedelta(days=3)
#: One that has just failed is left alone for so long, so that it doesn't hold the others up.
REST = timedelta(minutes=1)
LEASE = timedelta(minutes=2)

_CLAIM = text("""
    UPDATE webhook_delivery d
       SET state = 'sending', attempts = d.attempts + 1, next_attempt_at = now() + :lease
      FROM webhook_endpoint e
     WHERE e.id = d.endpoint_id AND d.id = (
        SELECT o.id FROM webhook_delivery o JOIN webhook_endpoint a ON a.id = o.endpoint_id
         WHERE o.state IN ('pending', 'sending') AND o.next_attempt_at <= now() AND a.active
         ORDER BY o.next_attempt_at, o.id LIMIT 1 FOR UPDATE OF o SKIP LOCKED)
    RETURNING d.id, d.key, d.event, d.model, d.record_id, d.company_id, d.created_at, d.attempts,
        e.id AS endpoint_id, e.url, e.secret
""")
_SETTLE = text("""
    UPDATE webhook_delivery
       SET state = :state, next_attempt_at = now() + :wait, status_code = :status, response = :response,
           delivered_at = CASE WHEN :state = 'delivered' THEN now() ELSE delivered_at END
     WHERE id = :id AND state = 'sending' AND attempts = :attempts
    RETURNING id
""")
_NOTE = text("""
    INSERT INTO webhook_attempt (delivery_id, status_code, milliseconds, response)
    VALUES (:id, :status, :milliseconds, :response)
""")
_ANSWERED = text(
    "UPDATE webhook_endpoint SET failing_since = NULL WHERE id = :id AND failing_since IS NOT NULL"
)
_FAILED = text("""
    UPDATE webhook_endpoint SET failing_since = coalesce(failing_since, now()) WHERE id = :id
    RETURNING active AND failing_since < now() - CAST(:limit AS interval)
""")
_LET_REST = text("""
    UPDATE webhook_delivery SET next_attempt_at = greatest(next_attempt_at, now() + :rest)
     WHERE endpoint_id = :id AND state = 'pending'
""")


@dataclass
class Counts:
    """What became of the deliveries of one run."""

    delivered: int = 0
    #: Will be tried again.
    delayed: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All that were tried."""
        return self.delivered + self.delayed + self.failed


@dataclass(frozen=True)
class Attempt:
    """How one attempt ended."""

    status: int | None
    response: str
    milliseconds: int

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def send_due(limit: int = 50) -> Counts:
    """Deliver at most `limit` events that are due, each committed by itself; none while webhooks are off."""
    settings: Settings = current_app.extensions["settings"]
    counts = Counts()
    while settings.webhooks == "on" and counts.total < limit:
        row = _claim()
        if row is None:
            break
        _settle(row, _attempt(row, settings), counts)
    return counts


def _claim() -> RowMapping | None:
    with db.engine.begin() as connection:
        return connection.execute(_CLAIM, {"lease": LEASE}).mappings().one_or_none()


def body_of(row: Any) -> bytes:
    """Which record, not what is in it: the receiver gets that through the API, by the rights of a token."""
    told = {
        "id": row["key"],
        "event": row["event"],
        "occurred_at": row["created_at"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "company_id": row["company_id"],
        "model": row["model"],
        "record_id": row["record_id"],
        "path": f"/api/v1/{row['model']}/{row['record_id']}",
    }
    return json.dumps(told, separators=(",", ":")).encode()


def _attempt(row: RowMapping, settings: Settings) -> Attempt:
    body = body_of(row)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Bincard-Webhooks/1",
        "Bincard-Event": row["event"],
        "Bincard-Delivery": row["key"],
        "Bincard-Attempt": str(row["attempts"]),
        "Bincard-Signature": signature(row["secret"], int(datetime.now(UTC).timestamp()), body),
    }
    begun = time.monotonic()
    try:
        answer = post(row["url"], body, headers, settings)
    except DeliveryError as error:
        answer = Answer(0, str(error))
    took = int(1000 * (time.monotonic() - begun))
    return Attempt(answer.status or None, answer.text, took)


def _settle(row: RowMapping, attempt: Attempt, counts: Counts) -> None:
    state, wait = _after(row["attempts"], attempt)
    values = {"id": row["id"], "status": attempt.status, "response": attempt.response}
    with db.engine.begin() as connection:
        settled = {**values, "state": state, "wait": wait, "attempts": row["attempts"]}
        if connection.execute(_SETTLE, settled).one_or_none() is None:
            return  # the lease ran out, and another sender is at it
        connection.execute(_NOTE, {**values, "milliseconds": attempt.milliseconds})
        over = False
        if attempt.succeeded:
            connection.execute(_ANSWERED, {"id": row["endpoint_id"]})
        else:
            connection.execute(_LET_REST, {"id": row["endpoint_id"], "rest": REST})
            over = connection.execute(
                _FAILED, {"id": row["endpoint_id"], "limit": DISABLED_AFTER}
            ).scalar_one()
    name = {"pending": "delayed"}.get(state, state)
    setattr(counts, name, getattr(counts, name) + 1)
    if over:
        notices.switch_off(row["endpoint_id"], attempt.response or str(attempt.status))


def _after(attempts: int, attempt: Attempt) -> tuple[str, timedelta]:
    if attempt.succeeded:
        return "delivered", timedelta()
    if attempts > len(LADDER):
        return "failed", timedelta()
    return "pending", LADDER[attempts - 1]
