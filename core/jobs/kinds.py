"""The kinds of jobs that addons bring.

jobs = Jobs()                                        # addons/billing_statements/tasks.py

@jobs.kind("billing_statements.render")
def render(session, step): ...                       # one item: effects and outcome commit together

@render.plan
def plan(session, job): yield Planned(key="17", label="ACME", params={"statement": 17})

A kind without a planner has one item, which has the key `all` and the job's title.

@render.together(at_once=25)
def render_set(session, steps): ...                  # a set: the result of each item, by its id

Where a set costs much less than its items one by one, a kind may do sets too: their effects and outcomes
commit together. What such a function leaves out of its answer, and all of a set that fails, is done one by
one, so that only the function of one item says why something can't be done.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.loader.code import declared
from core.loader.discovery import AddonSource


@dataclass(frozen=True)
class Planned:
    """An item to be: its key is unique within the job, so that planning again adds nothing."""

    key: str
    label: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """The item at hand, as its function sees it."""

    job_id: int
    item_id: int
    label: str
    params: dict[str, Any]
    job_params: dict[str, Any]
    company_id: int | None
    user_id: int | None
    #: What the planner called it, unique within the job.
    key: str = ""


class SkippedError(Exception):
    """There is nothing to do for this item; the message is the reason that people read."""


class RefusedError(Exception):
    """This item cannot be done; the message says why and what to do. It is not tried again."""


#: Does a set: the result of each item that it did, by its id.
Together = Callable[[Any, Sequence[Step]], Mapping[int, dict[str, Any]]]


@dataclass
class Kind:
    """How the items of one kind of job are found and done."""

    name: str
    work: Callable[[Any, Step], dict[str, Any] | None]
    planner: Callable[[Any, Any], Iterable[Planned]] | None = None
    finisher: Callable[[Any, Any], None] | None = None
    work_together: Together | None = None
    at_once: int = 1

    def plan(
        self, planner: Callable[[Any, Any], Iterable[Planned]]
    ) -> Callable[[Any, Any], Iterable[Planned]]:
        """Say which items a job of this kind has; called once, in the transaction that writes them."""
        self.planner = planner
        return planner

    def together(self, at_once: int) -> Callable[[Together], Together]:
        """Let the decorated function do sets of so many items that are tried for the first time."""

        def decorate(work: Together) -> Together:
            self.work_together, self.at_once = work, at_once
            return work

        return decorate

    def items_of(self, session: Any, job: Any) -> Iterable[Planned]:
        """What there is to do: what the planner says, without one the job as a whole."""
        return self.planner(session, job) if self.planner else (Planned(key="all", label=job.title),)

    def finish(self, finisher: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        """Say what happens when no item is left, in the transaction that ends the job."""
        self.finisher = finisher
        return finisher


@dataclass
class Jobs:
    """The kinds of one addon."""

    kinds: dict[str, Kind] = field(default_factory=dict)

    def kind(self, name: str) -> Callable[[Callable[[Any, Step], dict[str, Any] | None]], Kind]:
        """Let the decorated function do the items of this kind; it may return a result to be kept."""

        def decorate(work: Callable[[Any, Step], dict[str, Any] | None]) -> Kind:
            return self.kinds.setdefault(name, Kind(name, work))

        return decorate


class DuplicateKindError(Exception):
    """Two addons bring the same kind of job."""


def collect(sources: list[AddonSource], *host_jobs: Jobs) -> dict[str, Kind]:
    """All kinds of the installed addons, by name."""
    kinds: dict[str, Kind] = {}
    for jobs in (*host_jobs, *(jobs for _, jobs in declared(sources, "tasks", "jobs"))):
        twice = kinds.keys() & jobs.kinds.keys()
        if twice:
            raise DuplicateKindError(f"two addons bring the job kind {', '.join(sorted(twice))}")
        kinds.update(jobs.kinds)
    return kinds
