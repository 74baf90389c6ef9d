"""Numbers of cross-reference lists that are no parts of ours yet."""

from typing import Any

from addons.substitutes.words import FITS
from core import m
from core.i18n import _, _l
from core.screens import BulkAction, Column, Field, Filter, Screens, Section


def resolve(session: Any, reference: Any) -> str:
    """Propose the pair where both parts are known by now."""
    if m.SubstituteReference.resolve(session, [reference]):
        return _("Proposed as a pair.")
    return _("One of the two is still no part of ours.")


def declare(screens: Screens) -> None:
    """The list and the form."""
    _list(screens)
    _form(screens)


def _list(screens: Screens) -> None:
    screens.list(
        "substitute.reference.list",
        model="substitute.reference",
        title=_l("Cross-references"),
        columns=[
            "number",
            "maker",
            Column("product_id", _l("Our part")),
            Column("substitute_number", _l("May be replaced by")),
            Column("substitute_maker", _l("Maker of the substitute")),
            Column("substitute_id", _l("Our substitute")),
            Column("condition", _l("Condition")),
            Column("source", _l("Source")),
        ],
        filters=[Filter("known", _l("One of them is ours"), where=_is_half_known)],
        actions=[
            BulkAction("resolve", _l("Look the parts up"), action=resolve, permission="substitutes.write")
        ],
        search=["number", "substitute_number"],
        order="number",
        create=False,
        source=(_l("Substitutes"), "substitute.list"),
        empty=_l("Numbers of imported lists that are no parts of yours are kept here."),
    )


def _form(screens: Screens) -> None:
    screens.form(
        "substitute.reference.form",
        model="substitute.reference",
        title=_l("Cross-reference"),
        create=False,
        nodes=[
            Section(
                "main",
                "number",
                "maker",
                Field("product_id", _l("Our part"), readonly=True),
                Field("substitute_number", _l("May be replaced by")),
                Field("substitute_maker", _l("Maker of the substitute")),
                Field("substitute_id", _l("Our substitute"), readonly=True),
                Field("both_ways", _l("Both ways")),
                Field("fit", _l("Fit"), choices=FITS),
                Field("condition", _l("Condition"), wide=True),
                Field("source", _l("Source")),
            )
        ],
    )


def _is_half_known(reference: Any) -> Any:
    return reference.product_id.is_not(None) | reference.substitute_id.is_not(None)
