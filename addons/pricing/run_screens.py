"""Repricing runs: what is found, what it would do, and the lines to look through."""

from datetime import timedelta
from typing import Any

from addons.pricing.services import reviewing
from addons.pricing.services.deciding import beyond_tolerance
from core import m
from core.clock import today
from core.db import db
from core.i18n import _, _l, ngettext
from core.screens import (
    BulkAction,
    Button,
    Column,
    Fact,
    Facts,
    Field,
    Filter,
    Grid,
    Screens,
    Section,
)
from core.security.actor import is_second

REPRICE = "pricing.reprice"
RUN_STATES = {
    "open": _l("Open"),
    "applied": _l("Applied"),
    "undone": _l("Taken back"),
    "cancelled": _l("Cancelled"),
}


def is_open(run: Any) -> bool:
    """Whether the run may still be changed."""
    return bool(run is None or run.state == "open")


def _has_lines(run: Any, kind: str) -> bool:
    return is_open(run) and run is not None and reviewing.has_lines(db.session, run.id, kind)


def needs_approval(run: Any) -> bool:
    """Whether somebody else has to agree before the run is applied."""
    asked = run is not None and is_open(run) and run.approved_by_id is None
    return asked and beyond_tolerance(db.session, run)


def can_approve(run: Any) -> bool:
    """Whether the run waits for somebody else, who this user may be."""
    return needs_approval(run) and is_second(db.session, run.user_id)


def can_apply(run: Any) -> bool:
    """Whether lines are accepted, and nobody has to agree any more."""
    return _has_lines(run, "accepted") and not needs_approval(run)


def can_accept(run: Any) -> bool:
    """Whether a line that could be is not accepted."""
    return _has_lines(run, "undecided")


def accept_all(session: Any, run: Any) -> str:
    """Accept whatever can be."""
    return _accept(session, reviewing.free_lines(session, run))


def accept_within(session: Any, run: Any) -> str:
    """Accept what is within the tolerance."""
    return _accept(session, reviewing.free_lines(session, run, within=True))


def _accept(session: Any, lines: list[int]) -> str:
    m.PricingRunLine.accept(session, lines)
    return ngettext("%(num)s line is accepted.", "%(num)s lines are accepted.", len(lines))


def screen_again(session: Any, run: Any) -> str:
    """Find the lines anew."""
    m.PricingRun.screen(session, [run])
    return _("%(count)s received lines were looked at.", count=run.screened)


def approve(session: Any, run: Any) -> str:
    """Agree to a run of somebody else."""
    m.PricingRun.approve(session, [run])
    return _("%(number)s is approved.", number=run.number)


def apply(session: Any, run: Any) -> str:
    """Apply one run."""
    m.PricingRun.apply(session, [run])
    return _("%(number)s is applied: stock, margins and the ledger follow.", number=run.number)


def undo(session: Any, run: Any) -> str:
    """Take one run back."""
    m.PricingRun.undo(session, [run])
    return _("%(number)s is taken back.", number=run.number)


def cancel(session: Any, run: Any) -> None:
    """Give one run up."""
    m.PricingRun.cancel(session, [run])


def facts(session: Any, run: Any) -> list[Fact]:
    """How many lines were looked at and differ, and what applying the accepted ones does."""
    counts = reviewing.counts_of(session, run)
    if not counts.accepted or not is_open(run):
        return facts_of_review(run, counts)
    (preview,) = m.PricingRun.preview(session, [run]).values()
    return _counted(run, counts) + facts_of_effects(run, preview)


def facts_of_review(run: Any, counts: Any) -> list[Fact]:
    """How many lines were looked at, differ and are accepted, and what these come to."""
    found, own = _counted(run, counts), run.company.currency_code
    if not counts.accepted or run.state in ("undone", "cancelled"):
        return found
    return [*found, Fact(_l("To bill"), counts.to_bill, own), Fact(_l("Claims"), counts.claims, own)]


def _counted(run: Any, counts: Any) -> list[Fact]:
    link = f"/pricing/runs/{run.id}/review?show="
    found = [
        Fact(_l("Looked at"), text=str(run.screened)),
        Fact(_l("Differ"), text=str(counts.all), link=f"{link}all"),
        Fact(_l("Undecided"), text=str(counts.undecided), link=f"{link}undecided"),
        Fact(_l("Can't be repriced"), text=str(counts.refused), link=f"{link}refused"),
        Fact(_l("Accepted"), text=str(counts.accepted), link=f"{link}accepted"),
    ]
    if counts.undecided and is_open(run):
        found.append(Fact(_l("To decide"), counts.to_decide, run.company.currency_code))
    if needs_approval(run) and not is_second(db.session, run.user_id):
        found.append(Fact(_l("Next step"), text=_("Somebody else who may approve runs agrees."), tone="bad"))
    return found


def facts_of_effects(run: Any, preview: Any) -> list[Fact]:
    """What applying the accepted lines does to stock, to what was sold, and to what the supplier gets."""
    amounts = {
        _l("On stock"): preview.stock,
        _l("On shipped goods"): preview.shipped,
        _l("On sold goods"): preview.sold,
        _l("On scrap and rounding"): preview.other,
        _l("To bill"): preview.to_bill,
        _l("Claims"): preview.claims,
    }
    return [Fact(label, amount, run.company.currency_code) for label, amount in amounts.items()]


def declare(screens: Screens) -> None:
    """Runs and their lines."""
    _runs(screens)
    _run_form(screens)
    _lines(screens)


def _runs(screens: Screens) -> None:
    screens.list(
        "pricing.run.list",
        model="pricing.run",
        title=_l("Repricing runs"),
        columns=[
            "number",
            "date",
            Column("reason", _l("Why")),
            Column("since", _l("Received from")),
            Column("until", _l("Received until")),
            Column("state", choices=RUN_STATES),
            Column("screened", _l("Looked at")),
            Column("user_id", _l("By")),
        ],
        filters=[Filter("state", choices=RUN_STATES), "date", "user_id"],
        search=["number", "reason"],
        order="-date",
        empty=_l("A run finds what was received at another price than the latest, and lets it follow."),
    )


def _run_form(screens: Screens) -> None:
    screens.form(
        "pricing.run.form",
        model="pricing.run",
        title=_l("Repricing run"),
        readonly=lambda run: run is not None,
        defaults=lambda session: {
            "date": today(),
            "since": today().replace(day=1) - timedelta(days=31),
            "until": today(),
        },
        head=("state", "since", "until"),
        nodes=[
            Facts("found", read=facts, visible=lambda run: run is not None),
            Section(
                "main",
                Field("number", readonly=True),
                Field("date", _l("Latest prices of")),
                Field("since", _l("Received from")),
                Field("until", _l("Received until")),
                Field("reason", _l("Why")),
                Field("tolerance", _l("Tolerance, %"), help=_l("Above it a second person approves.")),
                Field("with_claims", _l("Claim what is billed")),
                Field("state", choices=RUN_STATES, readonly=True),
                Field("user_id", _l("By"), readonly=True),
                Field("approved_by_id", _l("Approved by"), readonly=True),
            ),
            Grid(
                "suppliers",
                model="pricing.run_supplier",
                title=_l("Suppliers; none for all"),
                filled=("partner_id",),
                columns=["partner_id"],
            ),
            Grid(
                "parts",
                model="pricing.run_part",
                title=_l("Parts; none for all"),
                filled=("product_id",),
                columns=[Column("product_id", choice_columns=("mpn", "maker_id"))],
            ),
            *buttons(),
        ],
    )


def buttons() -> list[Button]:
    """What is done with a run."""
    return [
        Button(
            "review",
            _l("Review"),
            action="pricing.review",
            method="get",
            permission="pricing.read_runs",
            style="primary",
            visible=lambda run: run is not None and reviewing.has_lines(db.session, run.id, "all"),
        ),
        Button(
            "apply",
            _l("Apply"),
            action=apply,
            permission=REPRICE,
            visible=can_apply,
            style="primary",
            confirm=_l("Let the accepted lines cost the latest price?"),
        ),
        Button(
            "approve",
            _l("Approve"),
            action=approve,
            permission="pricing.approve",
            visible=can_approve,
            style="primary",
        ),
        Button("accept_all", _l("Accept all"), action=accept_all, permission=REPRICE, visible=can_accept),
        Button(
            "accept_within",
            _l("Accept within tolerance"),
            action=accept_within,
            permission=REPRICE,
            visible=lambda run: can_accept(run) and run.tolerance is not None,
        ),
        Button("screen", _l("Find anew"), action=screen_again, permission=REPRICE, visible=is_open),
        Button(
            "undo",
            _l("Take back"),
            action=undo,
            permission=REPRICE,
            visible=lambda run: run.state == "applied",
            style="danger",
            confirm=_l("Let the goods cost what they did before?"),
        ),
        Button("cancel", _l("Cancel"), action=cancel, permission=REPRICE, visible=is_open, style="danger"),
    ]


def _lines(screens: Screens) -> None:
    screens.list(
        "pricing.run_line.list",
        model="pricing.run_line",
        title=_l("Repricing lines"),
        columns=[
            "run_id",
            "partner_id",
            "product_id",
            "quantity",
            Column("billed", _l("Billed")),
            Column("ordered_price", _l("Ordered")),
            Column("price", _l("Received at")),
            Column("latest_price", _l("Latest price")),
            Column("percent", _l("Change, %")),
            "amount",
            Column("value", _l("In our currency")),
            Column("claim_value", _l("Claimed")),
            Column("origin", _l("Price from")),
            Column("refusal", _l("Why not")),
            Column("accepted", _l("Accepted")),
        ],
        filters=[
            Filter("free", _l("Can be repriced"), where=lambda line: line.refusal == ""),
            Filter("refused", _l("Can't be repriced"), where=lambda line: line.refusal != ""),
            "accepted",
            "run_id",
            "partner_id",
            "product_id",
        ],
        search=["partner_id", "product_id"],
        group_by=["run_id", "partner_id"],
        actions=[
            BulkAction(
                "accept",
                _l("Accept"),
                action=lambda session, line: m.PricingRunLine.accept(session, [line]),
                permission=REPRICE,
                bulk=lambda line: (line.refusal == "") & ~line.accepted & ~line.applied,
                undo="leave",
            ),
            BulkAction(
                "leave",
                _l("Leave"),
                action=lambda session, line: m.PricingRunLine.leave(session, [line]),
                permission=REPRICE,
                bulk=lambda line: line.accepted & ~line.applied,
                undo="accept",
            ),
        ],
        order="id",
        create=False,
        source=(_l("Repricing runs"), "pricing.run.list"),
        empty=_l("Received lines whose price is not the latest, the worst of each run first."),
    )
    screens.form(
        "pricing.run_line.form",
        model="pricing.run_line",
        title=_l("Repricing line"),
        readonly=lambda line: True,
        create=False,
        nodes=[
            Section(
                "main",
                "run_id",
                "partner_id",
                "product_id",
                Field("move_id", _l("Receipt")),
                "quantity",
                Field("billed", _l("Billed")),
                Field("ordered_price", _l("Ordered")),
                Field("price", _l("Received at")),
                Field("latest_price", _l("Latest price")),
                Field("percent", _l("Change, %")),
                Field("origin", _l("Price from")),
                "currency_code",
                "amount",
                Field("value", _l("In our currency")),
                Field("claim_amount", _l("Claimed")),
                Field("refusal", _l("Why not"), wide=True),
                Field("accepted", _l("Accepted")),
            )
        ],
    )
