"""The file that the bank is given: pain.001, checked against its schema before it leaves.

The file has a payment a supplier with the numbers of its bills. It is written from the lines of the run
alone, with the accounts that the second person agreed to, so that the file of an approved run and that of the
same run once it is paid are the same payments. An account that has changed since refuses the file.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sepaxml import SepaTransfer
from sepaxml.validation import ValidationError
from sqlalchemy import text

from addons.supplier_payments.services.accounts import IS_AGREED
from addons.supplier_payments.services.errors import PayError
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

SCHEMA = "pain.001.001.09"
#: Of its own: who approves and who pays bring the file to the bank, and neither may do the other's work.
FILE = "supplier_payments.file"
_LINES = text(f"""
    SELECT l.partner_id, a.holder, a.iban, a.bic, sum(l.amount - l.discount) AS amount,
           array_agg(coalesce(nullif(l.reference, ''), l.number) ORDER BY l.position) AS numbers,
           bool_and({IS_AGREED}) AS is_agreed, min(p.name) AS supplier
      FROM payment_run_line l JOIN payment_bank_account a ON a.id = l.account_id
      JOIN partner p ON p.id = l.partner_id
     WHERE l.run_id = :run AND l.taken
     GROUP BY l.partner_id, a.id ORDER BY min(l.position)
""")  # noqa: S608  # a piece of SQL of our own


def bank_file(session: AnySession, run: Any) -> bytes:
    """The file of an approved or paid run. Raises PayError."""
    acts.require(session, FILE)
    if why := why_no_file(run):
        raise PayError(why)
    lines = session.execute(_LINES, {"run": run.id}).all()
    if changed := [line.supplier for line in lines if not line.is_agreed]:
        raise PayError(
            _(
                "The bank account of %(names)s is another one than was approved, or is not confirmed: cancel "
                "the run and begin a new one. If it is paid already, pay it at the bank by hand.",
                names=", ".join(changed),
            )
        )
    made = _written(run, lines)
    record(session, "export", "payment.run", [run.id])
    return made


def why_no_file(run: Any) -> str:
    """Why the bank can't get a file of the run; empty where it can."""
    if run.state not in ("approved", "paid"):
        return _("A second person has to approve the run first.")
    if run.currency_code != "EUR":
        return _("A SEPA file is in EUR: pay a run in another currency at the bank by hand.")
    if run.account is None:
        return _("The run names no account of ours: name it under Lines, or pay at the bank by hand.")
    return ""


def _written(run: Any, lines: Sequence[Any]) -> bytes:
    config = {"name": run.account.holder, "IBAN": run.account.iban, "batch": True, "currency": "EUR"}
    if run.account.bic:
        config["BIC"] = run.account.bic
    file = SepaTransfer(config, schema=SCHEMA, clean=True)
    for line in lines:
        payment = {
            "name": line.holder,
            "IBAN": line.iban,
            # In cents.
            "amount": int(Decimal(line.amount) * 100),
            "execution_date": run.date,
            "description": _described(run, line.numbers),
            "endtoend_id": f"{run.number}-{line.partner_id}".replace("/", "-")[:35],
        }
        if line.bic:
            payment["BIC"] = line.bic
        file.add_payment(payment)
    try:
        return bytes(file.export(validate=True))
    except ValidationError as error:
        raise PayError(_("The bank would refuse the file: check names and accounts.")) from error


def _described(run: Any, numbers: Sequence[str]) -> str:
    """The numbers of the bills as far as the bank takes them, and where the rest is listed."""
    words = f"{run.number}: {', '.join(numbers)}"
    return words if len(words) <= 140 else f"{words[:120].rsplit(',', 1)[0]}, see advice"
