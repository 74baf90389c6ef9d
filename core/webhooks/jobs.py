"""What webhooks do by the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete

from core import m
from core.jobs.kinds import Jobs, Step

jobs = Jobs()
#: How long the log goes back.
KEPT = timedelta(days=30)


@jobs.kind("webhooks.forget_deliveries")
def forget_deliveries(session: Any, step: Step) -> dict[str, Any]:
    """Delete the deliveries of more than thirty days ago that wait for nothing."""
    delivery = m.WebhookDelivery
    old = (delivery.created_at < datetime.now(UTC) - KEPT) & delivery.state.in_(("delivered", "failed"))
    return {"deleted": len(session.execute(delete(delivery).where(old).returning(delivery.id)).all())}
