"""structlog without rich: `from core.logs import structlog`.

Where rich is installed, and some library always brings it, structlog loads it with its highlighters for
tracebacks in colour: forty milliseconds of each start for what we never print.
"""

import sys

_known = "rich" in sys.modules
if not _known:
    sys.modules["rich"] = None  # type: ignore[assignment]  # so the import system says that there is none

import structlog as structlog  # noqa: E402 - only now

if not _known:
    del sys.modules["rich"]
