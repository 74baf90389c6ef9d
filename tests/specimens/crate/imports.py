"""Crates with things, and tags that are a crate each, from files."""

from decimal import Decimal

from sqlalchemy import select

from core import m
from core.errors import UserError
from core.exchange.convert import choice, date, decimal, identifier, text
from core.exchange.targets import Target, TargetField, TargetOption, Targets
from core.security.actor import actor_of

targets = Targets()


def book_crates(session, documents, options):
    """A crate a document; one that is there already is left alone."""
    names = [document.key for document in documents]
    there = dict(session.execute(select(m.Crate.name, m.Crate.id).where(m.Crate.name.in_(names))).all())
    for document in documents:
        if document.key in there:
            document.unchanged(there[document.key])
        elif document.rows[0].values["thing"] == "forbidden":
            document.refuse("forbidden things go into no crate: leave it out", "thing")
        else:
            document.booked(_crate(session, document, options).id)


def _crate(session, document, options):
    crate = m.Crate(company_id=actor_of(session).company_id, name=options["prefix"] + document.key)
    session.add(crate)
    seen = set()
    for row in document.rows:
        thing = row.values["thing"]
        if thing in seen:
            row.report("this thing is in the crate already", "thing")
            continue
        seen.add(thing)
        _break_down(session, thing)
        session.add(m.CrateThing(crate=crate, name=thing, quantity=row.values["quantity"]))
    session.flush()
    return crate


def _break_down(session, thing):
    """What a document can do to its step: in Python, in the driver that COPY goes by, and by a rule."""
    if thing == "overflow":
        Decimal(10**30).quantize(Decimal("0.01"))
    if thing == "driver":
        with session.connection().connection.cursor().copy("COPY crate_thing (quantity) FROM STDIN") as copy:
            copy.write("1e99\n")
    if thing == "rule":
        raise UserError("This crate breaks a rule of ours.")


def book_tags(session, documents, options):
    """A crate a row; what is asked to be lost has no outcome."""
    for document in documents:
        name = document.rows[0].values["name"]
        if name != "lost":
            crate = m.Crate(company_id=actor_of(session).company_id, name=name)
            session.add(crate)
            session.flush()
            document.booked(crate.id)


targets.add(
    Target(
        name="crate.crate",
        title="Crates",
        permission="crate.write",
        group_by="crate",
        book=book_crates,
        fields=(
            TargetField("crate", "Crate no.", identifier(), required=True, aliases=("Box", "箱号")),
            TargetField("thing", "Thing", text(40), required=True, aliases=("Item", "品名")),
            TargetField("quantity", "Quantity", decimal(4), required=True, aliases=("Qty", "数量")),
            TargetField("packed", "Packed on", date(), aliases=("Date",)),
            TargetField("kind", "Kind", choice({"wood": "Wooden", "card": "Cardboard"}), default="wood"),
        ),
        options=(TargetOption("prefix", "Prefix", default=""),),
    )
)

targets.add(
    Target(
        name="crate.tag",
        title="Tags",
        permission="crate.write",
        book=book_tags,
        chunk=3,
        fields=(TargetField("name", "Name", text(40), required=True),),
    )
)
