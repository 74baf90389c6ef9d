"""Extends every verb of accounting and statements: notes each call, with how many records it was about."""

from sqlalchemy import Integer, Text, insert
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.models import bills, books, documents, netting, open_items, revaluation, write_offs
from addons.billing_statements.models import runs, statements
from core import m
from core.models import Model


class NotaryCall(Model):
    _name = "notary.call"
    _title = "Call"
    _audited = False

    verb: Mapped[str] = mapped_column(Text)
    records: Mapped[int] = mapped_column(Integer)


def note(session, verb, records):
    session.execute(insert(m.NotaryCall).values(verb=verb, records=records))


class Invoice(documents.Invoice):
    witness: Mapped[str] = mapped_column(Text, server_default="")

    @classmethod
    def create(cls, session, invoices):
        for invoice in invoices:
            invoice.witness = f"saw {len(invoice.lines)}"
        made = super().create(session, invoices)
        note(session, "invoice.create", len(made))
        return made

    @classmethod
    def post(cls, session, invoices):
        invoices = list(invoices)
        super().post(session, invoices)
        note(session, "invoice.post", len(invoices))

    @classmethod
    def reverse(cls, session, invoices, on):
        made = super().reverse(session, invoices, on)
        note(session, "invoice.reverse", len(made))
        return made


class Payment(documents.Payment):
    @classmethod
    def create(cls, session, payments):
        made = super().create(session, payments)
        note(session, "payment.create", len(made))
        return made

    @classmethod
    def post(cls, session, payments):
        payments = list(payments)
        super().post(session, payments)
        note(session, "payment.post", len(payments))

    @classmethod
    def reverse(cls, session, payments, on):
        made = super().reverse(session, payments, on)
        note(session, "payment.reverse", len(made))
        return made


class Bill(bills.Bill):
    @classmethod
    def create(cls, session, bills):
        made = super().create(session, bills)
        note(session, "bill.create", len(made))
        return made

    @classmethod
    def debits_of(cls, session, bills):
        found = super().debits_of(session, bills)
        note(session, "bill.debits_of", len(bills))
        return found

    @classmethod
    def post(cls, session, bills):
        bills = list(bills)
        super().post(session, bills)
        note(session, "bill.post", len(bills))

    @classmethod
    def reverse(cls, session, bills, on):
        made = super().reverse(session, bills, on)
        note(session, "bill.reverse", len(made))
        return made


class Netting(netting.Netting):
    @classmethod
    def create(cls, session, nettings):
        made = super().create(session, nettings)
        note(session, "netting.create", len(made))
        return made

    @classmethod
    def post(cls, session, nettings):
        nettings = list(nettings)
        super().post(session, nettings)
        note(session, "netting.post", len(nettings))

    @classmethod
    def reverse(cls, session, nettings, on):
        made = super().reverse(session, nettings, on)
        note(session, "netting.reverse", len(made))
        return made


class WriteOff(write_offs.WriteOff):
    @classmethod
    def create(cls, session, some):
        made = super().create(session, some)
        note(session, "write_off.create", len(made))
        return made

    @classmethod
    def post(cls, session, some):
        some = list(some)
        super().post(session, some)
        note(session, "write_off.post", len(some))

    @classmethod
    def reverse(cls, session, some, on):
        made = super().reverse(session, some, on)
        note(session, "write_off.reverse", len(made))
        return made


class Revaluation(revaluation.Revaluation):
    @classmethod
    def post(cls, session, some):
        some = list(some)
        super().post(session, some)
        note(session, "revaluation.post", len(some))

    @classmethod
    def take_back(cls, session, some):
        some = list(some)
        super().take_back(session, some)
        note(session, "revaluation.take_back", len(some))


class Allocation(open_items.Allocation):
    @classmethod
    def settle(cls, session, pairs, on):
        made = super().settle(session, pairs, on)
        note(session, "allocation.settle", len(made))
        return made

    @classmethod
    def take_back(cls, session, allocations, on):
        made = super().take_back(session, allocations, on)
        note(session, "allocation.take_back", len(made))
        return made


class Closing(books.Closing):
    @classmethod
    def close(cls, session, closings):
        closings = list(closings)
        super().close(session, closings)
        note(session, "closing.close", len(closings))

    @classmethod
    def take_back(cls, session, closings):
        closings = list(closings)
        super().take_back(session, closings)
        note(session, "closing.take_back", len(closings))


class Run(runs.StatementRun):
    @classmethod
    def start(cls, session, company_id, cycle, period):
        run, made = super().start(session, company_id, cycle, period)
        note(session, "run.start", len(made))
        return run, made

    @classmethod
    def prepare(cls, session, run, partners=None):
        refused = super().prepare(session, run, partners)
        note(session, "run.prepare", len(partners or ()))
        return refused

    @classmethod
    def release(cls, session, runs):
        released = super().release(session, runs)
        note(session, "run.release", released)
        return released

    @classmethod
    def send(cls, session, runs, most=None):
        jobs = super().send(session, runs, most)
        note(session, "run.send", len(jobs))
        return jobs


class Statement(statements.Statement):
    @classmethod
    def create_for(cls, session, run, partners=None, refused=None):
        made = super().create_for(session, run, partners, refused)
        note(session, "statement.create_for", len(made))
        return made

    @classmethod
    def render(cls, session, statements):
        made = super().render(session, statements)
        note(session, "statement.render", len(made))
        return made

    @classmethod
    def release(cls, session, statements):
        statements = list(statements)
        super().release(session, statements)
        note(session, "statement.release", len(statements))

    @classmethod
    def send(cls, session, statements):
        made = super().send(session, statements)
        note(session, "statement.send", len(made))
        return made

    @classmethod
    def send_by_hand(cls, session, statements, letter):
        made = super().send_by_hand(session, statements, letter)
        note(session, "statement.send_by_hand", len(made))
        return made

    @classmethod
    def send_again(cls, session, statements, reason, after):
        made = super().send_again(session, statements, reason, after)
        note(session, "statement.send_again", len(made))
        return made

    @classmethod
    def redo(cls, session, statements):
        made = super().redo(session, statements)
        note(session, "statement.redo", len(made))
        return made
