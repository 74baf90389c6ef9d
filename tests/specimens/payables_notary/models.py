"""Extends every verb of payables, payment runs and repricing: notes each call, and its records."""

from addons.notary.models import note
from addons.payables_repricing import models as repricing
from addons.pricing.models import claims, lists, runs
from addons.supplier_payables.models import statements
from addons.supplier_payments.models import accounts
from addons.supplier_payments.models import runs as payments


class PayablesRun(statements.Run):
    @classmethod
    def start(cls, session, *given):
        note(session, "payables.run.start", 1)
        return super().start(session, *given)


class Statement(statements.Statement):
    @classmethod
    def redo(cls, session, some, *given):
        some = list(some)
        note(session, "payables.statement.redo", len(some))
        return super().redo(session, some, *given)

    @classmethod
    def upload(cls, session, *given):
        note(session, "payables.statement.upload", 1)
        return super().upload(session, *given)

    @classmethod
    def accept_exact(cls, session, some, *given):
        some = list(some)
        note(session, "payables.statement.accept_exact", len(some))
        return super().accept_exact(session, some, *given)

    @classmethod
    def post(cls, session, some, *given):
        some = list(some)
        note(session, "payables.statement.post", len(some))
        return super().post(session, some, *given)

    @classmethod
    def follow_prices(cls, session, some, *given):
        some = list(some)
        note(session, "payables.statement.follow_prices", len(some))
        return super().follow_prices(session, some, *given)


class Match(repricing.Match):
    @classmethod
    def accept(cls, session, some, *given):
        some = list(some)
        note(session, "payables.match.accept", len(some))
        return super().accept(session, some, *given)

    @classmethod
    def ask(cls, session, some, *given):
        some = list(some)
        note(session, "payables.match.ask", len(some))
        return super().ask(session, some, *given)

    @classmethod
    def dispute(cls, session, some, *given):
        some = list(some)
        note(session, "payables.match.dispute", len(some))
        return super().dispute(session, some, *given)

    @classmethod
    def hand_over(cls, session, some, *given):
        some = list(some)
        note(session, "payables.match.hand_over", len(some))
        return super().hand_over(session, some, *given)

    @classmethod
    def settle(cls, session, some, *given):
        some = list(some)
        note(session, "payables.match.settle", len(some))
        return super().settle(session, some, *given)

    @classmethod
    def undo(cls, session, some, *given):
        some = list(some)
        note(session, "payables.match.undo", len(some))
        return super().undo(session, some, *given)

    @classmethod
    def join(cls, session, some, *given):
        some = list(some)
        note(session, "payables.match.join", len(some))
        return super().join(session, some, *given)

    @classmethod
    def split(cls, session, some, *given):
        some = list(some)
        note(session, "payables.match.split", len(some))
        return super().split(session, some, *given)

    @classmethod
    def reprice(cls, session, some, *given):
        some = list(some)
        note(session, "payables.match.reprice", len(some))
        return super().reprice(session, some, *given)


class PaymentRun(payments.Run):
    @classmethod
    def create(cls, session, some, *given):
        some = list(some)
        note(session, "payment.run.create", len(some))
        return super().create(session, some, *given)

    @classmethod
    def propose(cls, session, some, *given):
        some = list(some)
        note(session, "payment.run.propose", len(some))
        return super().propose(session, some, *given)

    @classmethod
    def approve(cls, session, some, *given):
        some = list(some)
        note(session, "payment.run.approve", len(some))
        return super().approve(session, some, *given)

    @classmethod
    def pay(cls, session, some, *given):
        some = list(some)
        note(session, "payment.run.pay", len(some))
        return super().pay(session, some, *given)

    @classmethod
    def pay_from(cls, session, some, *given):
        some = list(some)
        note(session, "payment.run.pay_from", len(some))
        return super().pay_from(session, some, *given)

    @classmethod
    def advise(cls, session, some, *given):
        some = list(some)
        note(session, "payment.run.advise", len(some))
        return super().advise(session, some, *given)

    @classmethod
    def cancel(cls, session, some, *given):
        some = list(some)
        note(session, "payment.run.cancel", len(some))
        return super().cancel(session, some, *given)


class PaymentLine(payments.RunLine):
    @classmethod
    def hold_back(cls, session, some, *given):
        some = list(some)
        note(session, "payment.run_line.hold_back", len(some))
        return super().hold_back(session, some, *given)

    @classmethod
    def release(cls, session, some, *given):
        some = list(some)
        note(session, "payment.run_line.release", len(some))
        return super().release(session, some, *given)


class BankAccount(accounts.BankAccount):
    @classmethod
    def confirm(cls, session, some, *given):
        some = list(some)
        note(session, "payment.bank_account.confirm", len(some))
        return super().confirm(session, some, *given)


class PriceList(lists.PriceList):
    @classmethod
    def create(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.price_list.create", len(some))
        return super().create(session, some, *given)

    @classmethod
    def take_in(cls, session, *given):
        note(session, "pricing.price_list.take_in", 1)
        return super().take_in(session, *given)


class PricingRun(repricing.Run):
    @classmethod
    def create(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.run.create", len(some))
        return super().create(session, some, *given)

    @classmethod
    def begin_with(cls, session, *given):
        note(session, "pricing.run.begin_with", 1)
        return super().begin_with(session, *given)

    @classmethod
    def screen(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.run.screen", len(some))
        return super().screen(session, some, *given)

    @classmethod
    def approve(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.run.approve", len(some))
        return super().approve(session, some, *given)

    @classmethod
    def apply(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.run.apply", len(some))
        return super().apply(session, some, *given)

    @classmethod
    def undo(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.run.undo", len(some))
        return super().undo(session, some, *given)

    @classmethod
    def cancel(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.run.cancel", len(some))
        return super().cancel(session, some, *given)


class PricingLine(runs.RunLine):
    @classmethod
    def accept(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.run_line.accept", len(some))
        return super().accept(session, some, *given)

    @classmethod
    def leave(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.run_line.leave", len(some))
        return super().leave(session, some, *given)


class Claim(claims.Claim):
    @classmethod
    def open_for(cls, session, *given):
        note(session, "pricing.claim.open_for", 1)
        return super().open_for(session, *given)

    @classmethod
    def withdraw_of(cls, session, *given):
        note(session, "pricing.claim.withdraw_of", 1)
        return super().withdraw_of(session, *given)

    @classmethod
    def settle(cls, session, some, *given):
        some = list(some)
        note(session, "pricing.claim.settle", len(some))
        return super().settle(session, some, *given)
