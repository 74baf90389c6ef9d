"""What can be wrong with an installation, each with the one thing that mends it: `bincard doctor`.

A finding is `ok`, a `warning` (it works, but not as a business wants it) or `bad` (something does not work).
Every check stands on its own: one that fails says so, and the others still run.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from core.documents.engine import engine_problems
from core.documents.glyphs import SCRIPTS, missing_scripts
from core.jobs.ring import broker_answers, celery_app
from core.loader.lifecycle import Lifecycle
from core.records import attachments
from core.settings import Settings

OK, WARNING, BAD = "ok", "warning", "bad"
OLDEST_POSTGRES = 14
GIGABYTE = 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: str
    found: str
    remedy: str = ""


Check = Callable[[Connection, Settings], Iterator[Finding]]


def examine(lifecycle: Lifecycle, settings: Settings) -> Iterator[Finding]:
    """Look at everything; raises where the database does not answer."""
    yield from _key(settings)
    yield from _print_engine()
    yield from _broker(settings)
    yield from _migrations(lifecycle)
    for check in CHECKS:
        yield from _tried(check, lifecycle, settings)


def _tried(check: Check, lifecycle: Lifecycle, settings: Settings) -> list[Finding]:
    """What a check finds; that it cannot look, where tables or folders are missing, is a finding too."""
    name = check.__name__.strip("_")
    try:
        with lifecycle.engine.connect() as connection:
            return list(check(connection, settings))
    except ProgrammingError as error:
        return [Finding(name, BAD, str(error.orig).splitlines()[0], "run: bincard init")]
    except OSError as error:
        return [Finding(name, BAD, str(error), "check BINCARD_DATA")]


def _judge(name: str, wrong: bool, found: str, remedy: str, state: str = BAD) -> Finding:
    return Finding(name, state, found, remedy) if wrong else Finding(name, OK, found)


def _key(settings: Settings) -> Iterator[Finding]:
    length = len(settings.secret_key.get_secret_value())
    state = WARNING if settings.development else BAD
    remedy = "set BINCARD_SECRET_KEY to the output of: openssl rand -base64 32"
    yield _judge("secret key", length < 32, f"{length} characters", remedy, state)


def _print_engine() -> Iterator[Finding]:
    problems = engine_problems()
    remedy = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    found = "; ".join(problems) or "Pango, HarfBuzz and the fonts load"
    yield _judge("documents as PDF", bool(problems), found, remedy)
    if not problems:
        yield _scripts()


def _scripts() -> Finding:
    """A customer's name in another script is refused when it is printed: better to know it before."""
    missing = missing_scripts()
    found = ", ".join(missing) + " cannot be printed" if missing else f"{', '.join(SCRIPTS)} can be printed"
    remedy = (
        "where customers or parts are called so: "
        f"apt-get install {' '.join(sorted(set(missing.values())))}, and start servers and workers again"
    )
    return _judge("scripts on paper", bool(missing), found, remedy, WARNING)


def _broker(settings: Settings) -> Iterator[Finding]:
    if settings.broker_url == "memory://":
        remedy = "set BROKER_URL, or run `bincard work` from time to time"
        yield Finding("broker", WARNING, "none: nothing runs by itself", remedy)
        return
    there = broker_answers()
    yield _judge("broker", not there, "answers" if there else "does not answer", "start it; check BROKER_URL")
    if there:
        workers = celery_app().control.ping(timeout=1)
        said = f"{len(workers)} answer"
        yield _judge("workers", not workers, said, "start: celery -A core.celery_app worker")


def _migrations(lifecycle: Lifecycle) -> Iterator[Finding]:
    waiting = [revision for revisions in lifecycle.pending().values() for revision in revisions]
    yield _judge("migrations", bool(waiting), "; ".join(waiting) or "all have run", "run: bincard init")


def _server(connection: Connection, _settings: Settings) -> Iterator[Finding]:
    number = int(_value(connection, "SHOW server_version_num")) // 10_000
    remedy = f"upgrade to PostgreSQL {OLDEST_POSTGRES} or newer"
    yield _judge("PostgreSQL", number < OLDEST_POSTGRES, str(number), remedy)
    durable = _value(connection, "SHOW fsync") == "on" and _value(connection, "SHOW full_page_writes") == "on"
    yield _judge(
        "durability", not durable, "on" if durable else "off", "switch fsync and full_page_writes on"
    )


def _roles(_connection: Connection, settings: Settings) -> Iterator[Finding]:
    apart = settings.owner_url != settings.database_url
    found = "owner and application are two" if apart else "the application owns its tables"
    remedy = "name the owner in BINCARD_DATABASE_OWNER_URL, as docs/operators.md says"
    yield _judge("database roles", not apart, found, remedy, WARNING)


def _beat(connection: Connection, _settings: Settings) -> Iterator[Finding]:
    late = _value(
        connection,
        "SELECT count(*) FROM scheduled_action WHERE active AND next_run_at < now() - interval '10 minutes'",
    )
    unsealed = _value(
        connection,
        "SELECT count(*) FROM audit_event WHERE seal_id IS NULL AND at < now() - interval '10 minutes'",
    )
    found = f"{late} scheduled actions are late, {unsealed} audit events wait for their seal"
    yield _judge("beat", bool(late or unsealed), found, "start: celery -A core.celery_app beat")


def _jobs(connection: Connection, _settings: Settings) -> Iterator[Finding]:
    waiting = _value(
        connection,
        "SELECT count(*) FROM job WHERE state = 'queued' AND created_at < now() - interval '10 minutes'",
    )
    yield _judge("jobs", waiting > 0, f"{waiting} wait for over ten minutes", "start a worker; see its log")
    failed = _value(connection, "SELECT count(*) FROM job WHERE state = 'failed'")
    yield _judge("failed jobs", failed > 0, str(failed), "look at them under Jobs", WARNING)


def _mail(connection: Connection, settings: Settings) -> Iterator[Finding]:
    boxed = settings.mail_transport == "mailbox"
    found = "the mailbox: no mail leaves" if boxed else f"{settings.smtp_host}:{settings.smtp_port}"
    yield _judge("mail", boxed, found, "set BINCARD_MAIL_TRANSPORT=smtp when mail shall leave", WARNING)
    if not boxed:
        yield from _mail_settings(connection, settings)
    stuck = _value(connection, "SELECT count(*) FROM mail_message WHERE state IN ('failed', 'unsure')")
    yield _judge("outbox", stuck > 0, f"{stuck} messages wait for a decision", "open the Outbox", WARNING)
    back = _value(connection, "SELECT count(*) FROM mail_return WHERE state = 'open'")
    remedy = "open Returned mail, and correct the addresses"
    yield _judge("returned mail", back > 0, f"{back} letters came back", remedy, WARNING)


def _mail_settings(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """What a mail that leaves needs: a sender that exists, and somebody who reads the answers."""
    sender = parseaddr(settings.mail_from)[1]
    unreal = sender.rpartition("@")[2] in ("", "localhost")
    remedy = "set BINCARD_MAIL_FROM to an address that your mail server may send for"
    yield _judge("sender of mail", unreal, sender or settings.mail_from, remedy)
    mute = _value(connection, "SELECT count(*) FROM company WHERE email = '' AND NOT is_demo")
    found = f"{mute} companies have no address" if mute else "each company has an address"
    remedy = "give the company its e-mail address, or set BINCARD_MAIL_REPLY_TO"
    yield _judge("answers to mail", bool(mute) and not settings.mail_reply_to, found, remedy, WARNING)
    open_ = settings.smtp_user != "" and settings.smtp_security == "none"
    remedy = "set BINCARD_SMTP_SECURITY to starttls or tls"
    yield _judge("log-in to the mail server", open_, settings.smtp_security, remedy, WARNING)


def _files(connection: Connection, settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.data).free / GIGABYTE
    yield _judge("disk", free < 1, f"{free:.1f} GB free", "make room, or move BINCARD_DATA", WARNING)
    named = connection.execute(text("SELECT DISTINCT sha256 FROM attachment")).scalars().all()
    lost = [name for name in named if not attachments.path_of(name).is_file()]
    found = f"{len(lost)} of {len(named)} files are missing"
    yield _judge(
        "attachments", bool(lost), found, "bring them back: bincard restore, or copy the data folder"
    )


def _clock(connection: Connection, _settings: Settings) -> Iterator[Finding]:
    there = _value(connection, "SELECT clock_timestamp()")
    apart = abs((datetime.now(UTC) - there).total_seconds())
    yield _judge(
        "clock", apart > 2, f"{apart:.1f} s from the database's", "run NTP on both machines", WARNING
    )


CHECKS: tuple[Check, ...] = (_server, _roles, _beat, _jobs, _mail, _files, _clock)


def _value(connection: Connection, query: str) -> Any:
    return connection.execute(text(query)).scalar_one()
