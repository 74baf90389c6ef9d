"""How customers want their goods, and whose parts they take."""

from core.i18n import _l
from core.screens import Column, Field, Screens, Section


def declare(screens: Screens) -> None:
    """The lists and forms of both kinds of rules."""
    _requirements(screens)
    _makers(screens)


def _requirements(screens: Screens) -> None:
    screens.list(
        "sales.requirement.list",
        model="sales.requirement",
        title=_l("Delivery rules"),
        columns=[
            "partner_id",
            "product_id",
            Column("max_age", _l("Date code, months")),
            "one_lot",
            "whole_reels",
            "certificate",
        ],
        filters=["partner_id", "product_id"],
        search=["partner_id", "product_id"],
        order="partner_id",
        empty=_l(
            "How customers want their goods: the age of date codes, one lot, whole reels, certificates."
        ),
    )
    screens.form(
        "sales.requirement.form",
        model="sales.requirement",
        title=_l("Delivery rule"),
        nodes=[
            Section(
                "main",
                "partner_id",
                Field("product_id", help=_l("Left empty, for all parts that have no rule of their own.")),
                Field("max_age", _l("Date code, months"), help=_l("How old a date code may be.")),
                "one_lot",
                "whole_reels",
                Field("certificate", _l("Certificate of conformity")),
            )
        ],
    )


def _makers(screens: Screens) -> None:
    screens.list(
        "sales.maker_rule.list",
        model="sales.maker_rule",
        title=_l("Makers' rules"),
        columns=["partner_id", "maker_id", "allowed"],
        filters=["partner_id", "maker_id"],
        search=["partner_id", "maker_id"],
        order="partner_id",
        empty=_l("Whose parts customers take, and whose they refuse."),
    )
    screens.form(
        "sales.maker_rule.form",
        model="sales.maker_rule",
        title=_l("Makers' rule"),
        nodes=[
            Section(
                "main",
                "partner_id",
                "maker_id",
                Field("allowed", help=_l("As soon as one is allowed, all that are not are refused.")),
            )
        ],
    )
