"""What the API does by the clock."""

from datetime import UTC, datetime
from typing import Any

from core.api.replies import forget_old
from core.jobs.kinds import Jobs, Step

jobs = Jobs()


@jobs.kind("api.forget_replies")
def forget_replies(session: Any, step: Step) -> dict[str, Any]:
    """Delete the answers that were kept for repeated calls and are older than a day."""
    return {"deleted": forget_old(session, datetime.now(UTC))}
