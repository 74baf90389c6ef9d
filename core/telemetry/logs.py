"""Log lines that a program can read and that hold no secret.

    {"event": "request", "method": "GET", "path": "/m/product.list", "status": 200, "ms": 14.2, "user_id": 7,
     "request_id": "6f1c…", "company_id": 1, "level": "info", "timestamp": "2026-01-31T08:00:00Z"}

One line for each request, with the number that its answer carries in `X-Request-ID` and its audit events in
`request_id`; a job's lines carry `job_id`. On a terminal, or with `BINCARD_LOG_FORMAT=text`, the same reads
as text. Whatever looks like a secret is blanked, in messages and tracebacks of libraries too.
"""

import logging
import re
import sys
from typing import Any

from structlog.typing import EventDict, Processor

from core.logs import structlog
from core.settings import Settings

HIDDEN = "***"
_SECRET_KEY = re.compile(r"passw|secret|token|authorization|cookie|recovery|api_?key", re.IGNORECASE)
_NAME = r"[\w-]*(?:passw\w*|secret|token|api_?key)['\"]?\s*[=:]\s*"
_VALUE = r"(?!\*)(?:'[^']*'|\"[^\"]*\"|[^\s,;&)}]+)"
#: (what, by what): a header, a bearer's token, a value behind a telling name, what programs log in or sign
#: with by how it begins, the password in an address.
_SECRETS = (
    (re.compile(r"(?i)\b(authorization\s*[=:]\s*).*"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(f"(?i)\\b({_NAME}){_VALUE}"), rf"\1{HIDDEN}"),
    (re.compile(r"\b(bk_[0-9a-f]{8}_|whsec_)[\w-]{20,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(://[^/\s:@]*:)[^@\s/]+@"), rf"\1{HIDDEN}@"),
)


def configure(settings: Settings) -> None:
    """Send all that this process and its libraries log through one format, to stderr."""
    as_text = settings.log_format == "text" or (settings.log_format == "" and sys.stderr.isatty())
    structlog.configure(
        processors=[*_common(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(as_text=as_text))
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.getLevelName(settings.log_level)
    for name in ("gunicorn.error", "gunicorn.access", "celery", "alembic"):
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = [], True


def formatter(*, as_text: bool) -> structlog.stdlib.ProcessorFormatter:
    """Turns a record, of ours or of a library, into a line."""
    render: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if as_text:
        render = structlog.dev.ConsoleRenderer(colors=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_common(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            blank_secrets,
            render,
        ],
    )


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def blank_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Blank values with a telling name, and what looks like a secret within a text."""
    return {key: HIDDEN if _SECRET_KEY.search(key) else _blanked(value) for key, value in event.items()}


def _blanked(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, by in _SECRETS:
            value = pattern.sub(by, value)
    elif isinstance(value, dict):
        value = blank_secrets(None, "", value)
    elif isinstance(value, list | tuple):
        value = [_blanked(item) for item in value]
    return value
