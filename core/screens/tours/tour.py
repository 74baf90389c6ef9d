"""First-run tours: a few steps that addons declare as data, one tour for each role.

    tours = Tours()                                                  # addons/products/tours.py
    tours.tour("purchasing", _l("Purchasing"), permission="products.write", position=20, steps=[
        Step(_l("Your parts"), _l("Every part that is traded."), "/m/product.list", "#search"),
    ])

A user gets the first tour, in order of position, whose permission a role of theirs grants. Its card shows on
the page of the step that the user is at, and nowhere else, so that it never stands in the way of work; going
on leads to the page of the next step. Where a user is, and whether the tour has ended, is kept for good.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import m
from core.security.actor import Actor

#: A text, or one that is translated where it is shown.
Text = Any


class TourError(Exception):
    """A tour that cannot be shown: its name is taken, or it has no step; the text names it."""


@dataclass(frozen=True)
class Step:
    """One card."""

    title: Text
    text: Text
    #: The page that it is about, a path of this server.
    address: str
    #: CSS selector of what it speaks of; where nothing matches, the card stands in its corner.
    anchor: str = ""


@dataclass(frozen=True)
class Tour:
    """The steps for one role."""

    name: str
    title: Text
    permission: str
    position: int
    steps: tuple[Step, ...]


@dataclass
class Tours:
    """What one addon declares in its `tours.py`."""

    declared: list[Tour] = field(default_factory=list)

    def tour(
        self, name: str, title: Text, *, permission: str, steps: Sequence[Step], position: int = 50
    ) -> None:
        """Declare a tour for those who have the permission."""
        self.declared.append(Tour(name, title, permission, position, tuple(steps)))


@dataclass(frozen=True)
class Card:
    """A step as a page shows it."""

    tour: Tour
    number: int

    @property
    def step(self) -> Step:
        """What it says."""
        return self.tour.steps[self.number]

    @property
    def last(self) -> bool:
        """Whether no step follows."""
        return self.number + 1 == len(self.tour.steps)


def compose_tours(declared: Iterable[tuple[str, Tours]]) -> list[Tour]:
    """The tours of the installed addons in their order; raises TourError."""
    found: dict[str, Tour] = {}
    for addon, tours in declared:
        for tour in tours.declared:
            if tour.name in found or not tour.steps:
                raise TourError(f"{addon}: the tour {tour.name} needs a name of its own and a step")
            found[tour.name] = tour
    return sorted(found.values(), key=lambda tour: (tour.position, tour.name))


def tour_for(tours: Iterable[Tour], actor: Actor) -> Tour | None:
    """The tour of this actor's role; None for the system, and where no addon has one for the role."""
    if actor.user_id is None:
        return None
    return next((tour for tour in tours if actor.may(tour.permission)), None)


def card_on(session: Any, tour: Tour, user_id: int, path: str) -> Card | None:
    """The card that belongs on the page `path`, None where the user is at another step or has ended it.

    Asks the database only on pages that the tour speaks of.
    """
    if path not in {step.address.partition("?")[0] for step in tour.steps}:
        return None
    place = m.TourPlace
    found = session.execute(
        select(place.step, place.ended).where(place.user_id == user_id, place.tour == tour.name)
    ).one_or_none()
    number, ended = found or (0, False)
    card = Card(tour, min(number, len(tour.steps) - 1))
    return card if not ended and card.step.address.partition("?")[0] == path else None


def move(session: Any, tour: Tour, user_id: int, act: str, number: int) -> str:
    """Go on from step `number`: `next`, `back`, `skip`, or `start` from anew; returns the page to open.

    What comes behind the last step ends the tour, as `skip` does. The caller commits.
    """
    target = {"next": number + 1, "back": number - 1, "skip": number, "start": 0}[act]
    ended = act == "skip" or target >= len(tour.steps)
    step = max(0, min(target, len(tour.steps) - 1))
    values = {"user_id": user_id, "tour": tour.name, "step": step, "ended": ended}
    written = insert(m.TourPlace).values(values)
    changes = {"step": step, "ended": ended}
    session.execute(written.on_conflict_do_update(index_elements=["user_id", "tour"], set_=changes))
    return "" if ended else tour.steps[step].address
