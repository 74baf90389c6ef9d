"""Claims on suppliers: what runs claim, and the way to the papers that settle it."""

from typing import Any

from addons.pricing.services import claiming
from core import m
from core.db import db
from core.i18n import _, _l
from core.screens import Button, Column, Fact, Facts, Field, Filter, Grid, Screens, Section
from core.security.rights import current_actor

CLAIM_STATES = {"open": _l("Open"), "settled": _l("Settled"), "withdrawn": _l("Withdrawn")}


def settle(session: Any, claim: Any) -> str:
    """Write the draft that settles one claim."""
    m.PricingClaim.settle(session, [claim])
    return _("A draft is written, and stands above: compare it with the supplier's paper, and post it.")


def can_settle(claim: Any) -> bool:
    """Whether nothing settles the claim yet, and no draft is about to."""
    return claim.state == "open" and not any(
        row.state == "draft" for row in claiming.papers_of(db.session, claim.id)
    )


def facts(session: Any, claim: Any) -> list[Fact]:
    """What settles the claim: its number, or whose draft it is."""
    if not current_actor().may("accounting.read_bills"):
        return []
    return [
        Fact(
            _l("Settled by"),
            text=row.number or _("Draft %(reference)s", reference=row.reference).strip(),
            link=f"/m/accounting.bill.form/{row.id}",
            tone="bad" if row.state == "draft" else "",
        )
        for row in claiming.papers_of(session, claim.id)
    ]


def declare(screens: Screens) -> None:
    """Claims and their lines."""
    _list(screens)
    _form(screens)


def _list(screens: Screens) -> None:
    screens.list(
        "pricing.claim.list",
        model="pricing.claim",
        title=_l("Claims on suppliers"),
        columns=[
            "number",
            "date",
            "partner_id",
            Column("run_id", _l("Run")),
            Column("state", choices=CLAIM_STATES),
            Column("amount", _l("Supplier gets more")),
            Column("value", _l("In our currency")),
        ],
        filters=[Filter("state", choices=CLAIM_STATES), "partner_id", "run_id", "date"],
        search=["number", "partner_id"],
        group_by=["partner_id"],
        order="-date",
        create=False,
        source=(_l("Repricing runs"), "pricing.run.list"),
        empty=_l("Differences of what is billed already stand here until suppliers settle them."),
    )


def _form(screens: Screens) -> None:
    screens.form(
        "pricing.claim.form",
        model="pricing.claim",
        title=_l("Claim on a supplier"),
        readonly=lambda claim: True,
        create=False,
        head=("partner_id", "state", "amount"),
        nodes=[
            Facts("papers", read=facts),
            Section(
                "main",
                "number",
                "date",
                "partner_id",
                Field("run_id", _l("Run")),
                Field("state", choices=CLAIM_STATES),
                "currency_code",
                Field("amount", _l("Supplier gets more")),
                Field("value", _l("In our currency")),
            ),
            Grid(
                "lines",
                model="pricing.claim_line",
                title=_l("Lines"),
                columns=[
                    "product_id",
                    "quantity",
                    Column("billed_price", _l("Billed at")),
                    Column("price", _l("Latest price")),
                    "amount",
                ],
            ),
            Button(
                "settle",
                _l("Settle"),
                action=settle,
                permission="accounting.write_bills",
                visible=can_settle,
                style="primary",
            ),
        ],
    )
