"""What the API does by the clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from core.api.replies import forget_old
from core.jobs.kinds import Jobs, Planned, Step

jobs = Jobs()


@jobs.kind("api.forget_replies")
def forget_replies(session: Any, step: Step) -> dict[str, Any]:
    """Delete the answers that were kept for repeated calls and are older than a day."""
    return {"deleted": forget_old(session, datetime.now(UTC))}


@forget_replies.plan
def _once(session: Any, job: Any) -> Iterator[Planned]:
    yield Planned(key="all")
