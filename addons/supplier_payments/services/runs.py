"""Hold lines back, approve runs as a second person, give them up."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from addons.supplier_payments.services import proposing
from addons.supplier_payments.services.accounts import AS_KEPT, IS_GOOD
from addons.supplier_payments.services.errors import PayError
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.actor import actor_of, is_second
from core.security.audit import record

APPROVE = "supplier_payments.approve"
_RUNS = text("SELECT DISTINCT run_id FROM payment_run_line WHERE id = ANY(:ids)")
_HOLD = text("UPDATE payment_run_line SET taken = false, hold = :hold, by_hand = true WHERE id = ANY(:ids)")
_RELEASE = text("UPDATE payment_run_line SET by_hand = false WHERE id = ANY(:ids)")
_APPROVE = text("UPDATE payment_run SET state = 'approved', approved_by_id = :user WHERE id = ANY(:ids)")
#: The account of each line as the second person has it before their eyes.
_AGREED = text(f"""
    UPDATE payment_run_line l SET agreed_account = {AS_KEPT}
      FROM payment_bank_account a WHERE l.run_id = ANY(:ids) AND l.taken AND a.id = l.account_id
""")  # noqa: S608  # a piece of SQL of our own
#: Locked, so that nobody changes an account while it is agreed to.
_ACCOUNTS = text(f"""
    SELECT l.run_id, p.name, {IS_GOOD} AS is_good FROM payment_run_line l
      JOIN payment_bank_account a ON a.id = l.account_id JOIN partner p ON p.id = l.partner_id
     WHERE l.run_id = ANY(:ids) AND l.taken ORDER BY a.id, l.id FOR SHARE OF a
""")  # noqa: S608  # a piece of SQL of our own
_CANCEL = text("UPDATE payment_run SET state = 'cancelled' WHERE id = ANY(:ids)")
_PAY_FROM = text("UPDATE payment_run SET account_id = :account WHERE id = ANY(:ids)")
#: Runs whose company has the account.
_OURS = text("""
    SELECT r.id FROM payment_run r JOIN payment_bank_account a ON a.company_id = r.company_id
     WHERE r.id = ANY(:ids) AND a.id = :account AND a.partner_id IS NULL AND a.active
""")
_EMPTY = text("""
    SELECT r.id FROM payment_run r WHERE r.id = ANY(:ids)
       AND NOT EXISTS (SELECT 1 FROM payment_run_line WHERE run_id = r.id AND taken)
""")


def hold_back(session: AnySession, lines: Iterable[Any], reason: str) -> None:
    """Hold lines of open runs back, and propose the rest anew. Raises PayError."""
    if not reason.strip():
        raise PayError(_("Say why it is held back."))
    _change(session, lines, lambda ids: session.execute(_HOLD, {"ids": ids, "hold": reason.strip()[:1000]}))


def release(session: AnySession, lines: Iterable[Any]) -> None:
    """Let lines of open runs be paid, as far as nothing else stands in the way."""
    _change(session, lines, lambda ids: session.execute(_RELEASE, {"ids": ids}))


def _change(session: AnySession, lines: Iterable[Any], change: Any) -> None:
    acts.require(session, proposing.PREPARE)
    ids = acts.ids_of(session, lines)
    runs = session.scalars(_RUNS, {"ids": ids}).all()
    rows = acts.locked(session, m.PaymentRun, runs)
    PayError.refuse({row.id: proposing.not_open(row) for row in rows if row.state != "open"})
    change(ids)
    proposing.propose(session, runs)


def approve(session: AnySession, runs: Iterable[Any]) -> None:
    """Approve open runs; who began one can't. Raises PayError."""
    acts.require(session, APPROVE)
    rows = acts.locked(session, m.PaymentRun, runs)
    PayError.refuse({row.id: proposing.not_open(row) for row in rows if row.state != "open"})
    own = _("Somebody else than who began the run has to approve it.")
    PayError.refuse({row.id: own for row in rows if not is_second(session, row.user_id)})
    ids, user = [row.id for row in rows], actor_of(session).user_id
    empty = session.scalars(_EMPTY, {"ids": ids}).all()
    PayError.refuse(dict.fromkeys(empty, _("The run pays nothing.")))
    _refuse_unconfirmed(session, ids)
    session.execute(_AGREED, {"ids": ids})
    session.execute(_APPROVE, {"ids": ids, "user": user})
    record(session, "approve", "payment.run", ids)
    proposing.forget(session, rows)


def _refuse_unconfirmed(session: AnySession, runs: Sequence[int]) -> None:
    """What was confirmed when it was proposed may have changed since."""
    found = session.execute(_ACCOUNTS, {"ids": list(runs)}).all()
    PayError.refuse({row.run_id: _unconfirmed(row.name) for row in found if not row.is_good})


def _unconfirmed(name: str) -> str:
    return _(
        "The bank account of %(name)s is not confirmed: let somebody confirm it, and propose the run anew.",
        name=name,
    )


def pay_from(session: AnySession, runs: Iterable[Any], account: int) -> None:
    """Name our account on runs. Raises PayError for one that is not ours, or too late."""
    acts.require(session, proposing.PREPARE)
    rows = acts.locked(session, m.PaymentRun, runs)
    late = {
        row.id: _("%(number)s is paid from another account, or given up.", number=row.number)
        for row in rows
        if row.state == "cancelled" or (row.state == "paid" and row.account_id is not None)
    }
    PayError.refuse(late)
    ids = [row.id for row in rows]
    ours = session.scalars(_OURS, {"ids": ids, "account": account}).all()
    other = _("Choose an account of ours that is in use.")
    PayError.refuse({key: other for key in ids if key not in ours})
    session.execute(_PAY_FROM, {"ids": ids, "account": account})
    record(session, "pay_from", "payment.run", ids, {"account_id": account})
    proposing.forget(session, rows)


def cancel(session: AnySession, runs: Iterable[Any]) -> None:
    """Give up runs that are not paid. Raises PayError."""
    acts.require(session, proposing.PREPARE)
    rows = acts.locked(session, m.PaymentRun, runs)
    done = {row.id: proposing.not_open(row) for row in rows if row.state not in ("open", "approved")}
    PayError.refuse(done)
    ids = [row.id for row in rows]
    session.execute(_CANCEL, {"ids": ids})
    record(session, "cancel", "payment.run", ids)
    proposing.forget(session, rows)
