"""Seals on the audit: proof that no event was changed, added or removed behind the application's back.

Problem: the application's role can't change an audit event, but whoever owns the tables can. Rule: the
database seals the events in the order of their numbers. A seal is a hash over its events and over the seal
before it, so that one changed letter breaks that seal and all that follow.

    seal 1 = SHA-256(""     \\n 1 \\n 3 \\n event 1 \\n event 2 \\n event 4)
    seal 2 = SHA-256(seal 1 \\n 2 \\n 2 \\n event 3 \\n event 5)         event 3 was committed after event 4

The database makes a seal (`seal_audit`, a function of the tables' owner); this module recomputes it by
another path. Someone with the owner's rights can make a whole new chain: therefore the hash of the last seal
is printed, to be kept elsewhere and given to the next verification.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from core.db import AnySession

#: An event waits this long for its seal.
AGE = "1 minute"

_SEALS = text("SELECT id, events, hash FROM audit_seal ORDER BY id")
_EVENTS = text("""
    SELECT jsonb_build_array(
               id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), user_id, user_name,
               company_id, action, model, record_id, before, after, request_id)::text
      FROM audit_event WHERE seal_id = :seal ORDER BY id
""")


@dataclass
class Verdict:
    """What a verification found; sound when nothing is broken."""

    seals: int = 0
    events: int = 0
    #: Hash of the last seal: keep it where the database's owner can't reach it.
    head: str = ""
    broken: list[str] = field(default_factory=list)


def seal_events(session: AnySession | Connection, age: str = AGE) -> int:
    """Seal the events that are older than `age`, as far as they fit into one seal; returns how many."""
    query = text("SELECT seal_audit(CAST(:age AS interval))")
    sealed: int = session.execute(query, {"age": age}).scalar_one()
    return sealed


def verify(connection: Connection, expected: str = "") -> Verdict:
    """Recompute every seal. `expected`: a head that was printed before; the chain must hold it."""
    verdict = Verdict()
    known = {""}
    for seal in connection.execute(_SEALS).all():
        verdict.broken += _faults(connection, seal, verdict)
        verdict.seals, verdict.events, verdict.head = seal.id, verdict.events + seal.events, seal.hash
        known.add(seal.hash)
    if expected not in known:
        verdict.broken.append(f"no seal has the hash {expected}: the chain was cut off or made anew")
    return verdict


def _faults(connection: Connection, seal: Any, before: Verdict) -> Iterator[str]:
    if seal.id != before.seals + 1:
        yield f"seal {before.seals + 1} is missing"
    found, digest = 0, hashlib.sha256(f"{before.head}\n{seal.id}\n{seal.events}".encode())
    for content in connection.execute(_EVENTS, {"seal": seal.id}).scalars():
        found += 1
        digest.update(b"\n" + content.encode())
    if found != seal.events:
        yield f"seal {seal.id} was made of {seal.events} events, and {found} are there"
    elif digest.hexdigest() != seal.hash:
        yield f"an event of seal {seal.id} is not what it was when it was sealed"
