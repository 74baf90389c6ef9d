"""Record rules: which rows a session may see, added to every ORM query so that none can forget them.

Two kinds. The records of a company are hidden from whoever works in another one. On top of that an addon
may declare who sees which rows of a model (`rights.rule`), and which models go by another one's rule
(`rights.follows`): an invoice is seen by whoever sees its partner.

A rule is a permission and a condition. An actor sees the rows of every condition whose permission a role of
theirs grants; of a model with rules, whoever holds none of the permissions sees nothing. The system in jobs
and administrators are bound by the company only.

They hold for whatever is selected through the ORM: lists, `session.get`, relations, subqueries, joins. Not
for Core statements on tables, by which services of the system work.
"""

from collections.abc import Callable, Iterator
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import ORMExecuteState, aliased, with_loader_criteria

from core import m
from core.models import Composition
from core.records.models import CompanyOwned
from core.security.actor import Actor, actor_of
from core.security.rights import Rights

#: `select(...).execution_options(**ALL_COMPANIES)` for the few acts that span companies.
ALL_COMPANIES = {"all_companies": True}
_BUILT = "record rules of this actor"

#: Takes the model and the actor and gives the condition on its rows.
Condition = Callable[[Any, Actor], ColumnElement[bool]]


def all_rows(_model: Any, _actor: Actor) -> ColumnElement[bool]:
    """Every row: for the permission of those who look after everything."""
    return true()


def own_rows(column: str) -> Condition:
    """The rows whose `column` points to the actor."""
    return lambda model, actor: getattr(model, column) == actor.user_id


def team_rows(owner: str, team: str) -> Condition:
    """The rows of the actor's teams, and those of a member of one of them.

    `owner` and `team` are the columns that point to a user and to a team.
    """

    def condition(model: Any, actor: Actor) -> ColumnElement[bool]:
        teams = teams_of(actor)
        colleague = aliased(m.TeamMember)
        members = select(colleague.user_id).where(colleague.team_id.in_(teams))
        return or_(getattr(model, team).in_(teams), getattr(model, owner).in_(members))

    return condition


def teams_of(actor: Actor) -> Any:
    """The ids of the teams that the actor leads or belongs to, as a query."""
    team, member = aliased(m.Team), aliased(m.TeamMember)
    belongs = select(member.team_id).where(member.user_id == actor.user_id)
    return select(team.id).where(or_(team.leader_id == actor.user_id, team.id.in_(belongs)))


def add_record_rules(state: ORMExecuteState) -> None:
    """Show only the records of the company that the session works in, and of those what rules allow."""
    if not state.is_select or state.is_column_load or state.execution_options.get("all_companies"):
        return
    options = _options(state.session, actor_of(state.session))
    if options:
        state.statement = state.statement.options(*options)


def _options(session: Any, actor: Actor) -> list[Any]:
    """The criteria of this actor, built once: each query of a request has the same."""
    known = session.info.get(_BUILT)
    if known is None or known[0] is not actor:
        known = session.info[_BUILT] = (actor, list(_build(actor)))
    options: list[Any] = known[1]
    return options


def _build(actor: Actor) -> Iterator[Any]:
    if actor.company_id is not None:
        yield with_loader_criteria(
            CompanyOwned, _of_company(actor.company_id), include_aliases=True, propagate_to_loaders=False
        )
    if actor.is_superuser:
        return
    models: Composition = current_app.extensions["composition"]
    rights: Rights = current_app.extensions["rights"]
    for name, condition in conditions(models, rights, actor):
        cls = models.model(name)
        yield with_loader_criteria(cls, condition, include_aliases=True, propagate_to_loaders=False)


def _of_company(company_id: int) -> Any:
    return lambda cls: cls.company_id == company_id


def conditions(
    models: Composition, rights: Rights, actor: Actor
) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """For each model of which the actor doesn't see all rows: the condition on those that he sees."""
    narrowed: dict[str, None] = {}
    for name in rights.rules:
        granted = [condition for permission, condition in rights.rules[name] if actor.may(permission)]
        if all_rows not in granted:
            narrowed[name] = None
            cls = models.model(name)
            yield name, or_(false(), *(condition(cls, actor) for condition in granted))
    for name, (column, target) in rights.followed.items():
        if target in narrowed:
            narrowed[name] = None
            cls = models.model(name)
            yield name, _seen(getattr(cls, column), models.model(target))
    if narrowed:
        yield "attachment", _attached(models, narrowed)


def _seen(column: Any, target: Any) -> ColumnElement[bool]:
    """The rows whose target the actor sees. The rule of the target is added to the subquery by the same
    hook as to any other query; an alias, so that it never meets the target in the query around it."""
    other = aliased(target)
    condition: ColumnElement[bool] = column.in_(select(other.id))
    return condition


def _attached(models: Composition, narrowed: dict[str, None]) -> ColumnElement[bool]:
    """Files of records that the actor sees; of models without a rule all."""
    file = models.model("attachment")
    seen = [and_(file.model == name, _seen(file.record_id, models.model(name))) for name in narrowed]
    return or_(file.model.not_in(list(narrowed)), *seen)
