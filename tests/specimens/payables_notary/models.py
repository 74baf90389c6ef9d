"""Extends every verb of payables, payment runs and repricing: notes each call, and its records."""

from addons.notary.models import note
from addons.payables_repricing import models as repricing
from addons.pricing.models import claims, lists, runs
from addons.supplier_payables.models import statements
from addons.supplier_payments.models import accounts
from addons.supplier_payments.models import runs as payments


def noted(model, *verbs, alone=()):
    """Let a fragment note its verbs: of sets with the number of records, those `alone` as one call."""

    def extended(fragment):
        for verb in (*verbs, *alone):
            setattr(fragment, verb, classmethod(_noting(fragment, model, verb, is_set=verb in verbs)))
        return fragment

    return extended


def _noting(fragment, model, verb, *, is_set):
    def act(cls, session, first, *given):
        if is_set:
            first = list(first)
        note(session, f"{model}.{verb}", len(first) if is_set else 1)
        return getattr(super(fragment, cls), verb)(session, first, *given)

    return act


@noted("payables.run", alone=("start",))
class PayablesRun(statements.Run):
    pass


@noted("payables.statement", "redo", "accept_exact", "post", "follow_prices", alone=("upload",))
class Statement(statements.Statement):
    pass


@noted(
    "payables.match",
    *("accept", "ask", "dispute", "hand_over", "settle", "undo", "join", "split", "reprice"),
)
class Match(repricing.Match):
    pass


@noted("payment.run", "create", "propose", "approve", "pay", "pay_from", "advise", "cancel")
class PaymentRun(payments.Run):
    pass


@noted("payment.run_line", "hold_back", "release")
class PaymentLine(payments.RunLine):
    pass


@noted("payment.bank_account", "confirm")
class BankAccount(accounts.BankAccount):
    pass


@noted("pricing.price_list", "create", alone=("take_in",))
class PriceList(lists.PriceList):
    pass


@noted("pricing.run", "create", "screen", "approve", "apply", "undo", "cancel", alone=("begin_with",))
class PricingRun(repricing.Run):
    pass


@noted("pricing.run_line", "accept", "leave")
class PricingLine(runs.RunLine):
    pass


@noted("pricing.claim", "settle", alone=("open_for", "withdraw_of"))
class Claim(claims.Claim):
    pass
