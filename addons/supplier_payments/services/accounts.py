"""Bank accounts: written as banks write them, and confirmed by a second person.

Problem: a letter says that the supplier has a new bank, and nobody at the supplier has written it. Rule: an
account that was entered or changed holds the payments to it back until somebody else than who entered it has
confirmed it, by a call to a number that was known before.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import inspect, text

from addons.supplier_payments.services.errors import PayError
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.actor import actor_of, is_second
from core.security.audit import record

CONFIRM = "supplier_payments.approve"
#: SQL about an account `a`: how it is kept with what is agreed to, and whether payments may go to it.
AS_KEPT = "concat_ws('|', a.holder, a.iban, a.bic)"
IS_GOOD = "(a.active AND a.confirmed_by_id IS NOT NULL)"
#: Whether it is good, and still the one that the second person agreed to on a line `l` of a run.
IS_AGREED = f"({IS_GOOD} AND l.agreed_account = {AS_KEPT})"
_CONFIRM = text("""
    UPDATE payment_bank_account SET confirmed_by_id = :user, confirmed_at = :now WHERE id = ANY(:ids)
""")


def is_changed(account: Any, names: Sequence[str]) -> bool:
    """Whether an unsaved or loaded account is another one than before."""
    state = inspect(account)
    return state.transient or state.pending or any(state.attrs[name].history.has_changes() for name in names)


def confirm(session: AnySession, records: Iterable[Any]) -> None:
    """Confirm accounts. Raises PayError."""
    acts.require(session, CONFIRM)
    rows = acts.locked(session, m.PaymentBankAccount, records)
    own = _("Somebody else than who entered the account has to confirm it.")
    PayError.refuse({row.id: own for row in rows if not is_second(session, row.entered_by_id)})
    ids, user = [row.id for row in rows], actor_of(session).user_id
    session.execute(_CONFIRM, {"ids": ids, "user": user, "now": datetime.now(UTC)})
    record(session, "confirm", "payment.bank_account", ids)
    acts.forget(session, m.PaymentBankAccount, ids)
