"""Pairs: their list, their form, and where a part stands in for others, on the form of the part."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text

from addons.substitutes.parametric.reading import Traits
from addons.substitutes.parametric.writing import write
from addons.substitutes.services.evidence import newest_files
from addons.substitutes.services.traits import kept
from addons.substitutes.words import FITS, STATES
from core import m
from core.db import db
from core.i18n import _, _l, locale_code
from core.screens import Button, Column, Field, Filter, Grid, Part, Screens, Section

PART_COLUMNS = ("mpn", "maker_id", "description")
PAIR_STATES = {name: STATES[name] for name in ("proposed", "approved", "refused")}
#: What leads to a part, by pairs in their direction and against those that hold both ways.
_STANDS_IN = text("""
    SELECT s.id, p.id AS product_id, p.code, p.mpn, k.name AS maker, s.fit, s.state, s.condition
      FROM (SELECT id, product_id AS other, fit, state, condition FROM substitute WHERE substitute_id = :id
            UNION ALL
            SELECT id, substitute_id, fit, state, condition FROM substitute
             WHERE product_id = :id AND both_ways) s
      JOIN product p ON p.id = s.other LEFT JOIN maker k ON k.id = p.maker_id
     ORDER BY p.code, s.id LIMIT 200
""")


def maker_of(column: str) -> Any:
    """The name of the maker of one side of a pair, in SQL."""

    def value(pair: Any) -> Any:
        named = select(m.Maker.name).join(m.Product, m.Product.maker_id == m.Maker.id)
        return named.where(m.Product.id == getattr(pair, column)).scalar_subquery()

    return value


def approve(session: Any, pair: Any) -> str:
    """Let a pair be offered as approved."""
    m.Substitute.approve(session, [pair])
    return _("Approved.")


def refuse(session: Any, pair: Any) -> str:
    """Never offer a pair, for the reason that stands on it."""
    m.Substitute.refuse(session, [pair])
    return _("Refused.")


def propose_again(session: Any, pair: Any) -> str:
    """Have a pair judged anew."""
    m.Substitute.propose_again(session, [pair])
    return _("It waits for a decision.")


def values_of(session: Any, product: Any) -> str:
    """What a part was read to be, as a description; empty for what has no values."""
    found = kept(session, [product.id]).get(product.id, Traits())
    return write(found, "zh" if locale_code() == "zh_CN" else "en")


def stands_in(session: Any, product: Any) -> Sequence[Any]:
    """The parts that this one may stand in for."""
    return session.execute(_STANDS_IN, {"id": product.id}).all()


def mark_evidence(session: Any, pair: Any) -> str:
    """Make the newest file beside a pair its evidence."""
    m.Substitute.mark_evidence(session, [pair])
    return _("“%(name)s” is the evidence.", name=pair.evidence.filename)


def has_another_file(pair: Any) -> bool:
    """Whether a file lies beside the pair that is not its evidence."""
    newest = newest_files(db.session, [pair.id]).get(pair.id)
    return newest is not None and newest != pair.evidence_id


def declare(screens: Screens) -> None:
    """The list and the form of pairs, and the two views of them on a part."""
    _list(screens)
    _form(screens)
    _on_parts(screens)


def _list(screens: Screens) -> None:
    screens.list(
        "substitute.list",
        model="substitute",
        title=_l("Substitutes"),
        columns=[
            Column("product_id", _l("Part")),
            Column("substitute_id", _l("May be replaced by")),
            Column("part_maker", _l("Maker"), value=maker_of("product_id"), sortable=False, shown=False),
            Column(
                "substitute_maker",
                _l("Maker of the substitute"),
                value=maker_of("substitute_id"),
                sortable=False,
                shown=False,
            ),
            Column("both_ways", _l("Both ways")),
            Column("rank", _l("Rank"), editable=True),
            Column("fit", _l("Fit"), choices=FITS),
            Column("state", choices=PAIR_STATES),
            Column("condition", _l("Condition")),
            Column("valid_until", _l("Valid until"), shown=False),
            Column("source", _l("Source"), shown=False),
            Column("reason", _l("Reason"), shown=False),
        ],
        filters=[
            Filter("state", choices=PAIR_STATES),
            Filter("fit", _l("Fit"), choices=FITS),
            Filter("product_id", _l("Part")),
            Filter("substitute_id", _l("May be replaced by")),
        ],
        search=["product_id", "substitute_id"],
        order="-id",
        empty=_l("Which parts may stand in for which is listed here."),
    )


def _form(screens: Screens) -> None:
    screens.form(
        "substitute.form",
        model="substitute",
        title=_l("Substitute"),
        head=("state",),
        nodes=[
            Section(
                "main",
                Field("product_id", _l("Part"), choice_columns=PART_COLUMNS),
                Field("substitute_id", _l("May be replaced by"), choice_columns=PART_COLUMNS),
                Field("both_ways", _l("Both ways"), help=_l("Each may stand in for the other.")),
                Field("rank", _l("Rank"), help=_l("1 is offered before 2.")),
                Field("fit", _l("Fit"), choices=FITS),
                Field("valid_from", _l("Valid from")),
                Field("valid_until", _l("Valid until")),
                Field("condition", _l("Condition"), wide=True, help=_l("In words: not above 85 °C.")),
                Field("source", _l("Source"), help=_l("Who said so: a maker's list, a person.")),
            ),
            Section(
                "decision",
                Field("state", choices=PAIR_STATES, readonly=True),
                Field("reason", _l("Reason"), wide=True, help=_l("Why it is approved or refused.")),
                Field("decided_by_id", _l("Decided by"), readonly=True),
                Field("decided_at", _l("Decided at"), readonly=True),
                Field("evidence_id", _l("Evidence"), readonly=True),
                title=_l("Decision"),
            ),
            Button(
                "approve",
                _l("Approve"),
                action=approve,
                permission="substitutes.approve",
                visible=lambda pair: pair.state != "approved",
                style="primary",
                bulk=lambda pair: pair.state != "approved",
            ),
            Button(
                "refuse",
                _l("Refuse"),
                action=refuse,
                permission="substitutes.approve",
                visible=lambda pair: pair.state != "refused" and pair.reason != "",
                style="danger",
                bulk=lambda pair: (pair.state != "refused") & (pair.reason != ""),
            ),
            Button(
                "propose_again",
                _l("Judge again"),
                action=propose_again,
                permission="substitutes.approve",
                visible=lambda pair: pair.state != "proposed",
            ),
            Button(
                "mark_evidence",
                _l("Mark as evidence"),
                action=mark_evidence,
                permission="substitutes.write",
                visible=has_another_file,
            ),
        ],
    )


def _on_parts(screens: Screens) -> None:
    screens.extend("product.form").after(
        "part_numbers",
        Grid(
            "substitutes",
            model="substitute",
            parent="product_id",
            title=_l("May be replaced by"),
            order="rank",
            columns=[
                Column("substitute_id", _l("Part"), choice_columns=PART_COLUMNS),
                Column("both_ways", _l("Both ways")),
                Column("rank", _l("Rank")),
                Column("fit", _l("Fit"), choices=FITS),
                Column("condition", _l("Condition")),
                Column("state", choices=PAIR_STATES, readonly=True),
            ],
        ),
        Part(
            "values",
            template="substitutes/values.html",
            read=values_of,
            visible=lambda part: part is not None,
        ),
        Part(
            "stands_in",
            template="substitutes/stands_in.html",
            read=stands_in,
            visible=lambda part: part is not None,
        ),
    )
