"""Record rules: which rows a session may see, added to every ORM query so that none can forget them.

Two kinds. The records of a company are hidden from whoever works in another one. On top of that an addon
may declare who sees which rows of a model (`rights.rule`), and which models go by another one's rule
(`rights.follows`): an invoice is seen by whoever sees its partner.

A rule is a permission and a condition. An actor sees the rows of every condition whose permission a role of
theirs grants; of a model with rules, whoever holds none of the permissions sees nothing. Where a model has
rules and follows another one, both must let a row be seen. The system in jobs and administrators are bound by
the company only.

They hold for whatever is selected through the ORM: lists, `session.get`, relations, subqueries, joins. Not
for Core statements on tables, by which services of the system work.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from sqlalchemy import ColumnElement, Integer, Select, and_, false, literal_column, or_, select, true
from sqlalchemy.orm import LoaderCriteriaOption, Mapper, ORMExecuteState, with_loader_criteria

from core.models import Composition
from core.records.models import CompanyOwned
from core.security.actor import Actor, actor_of
from core.security.rights import Rights, current_actor

#: `select(...).execution_options(**ALL_COMPANIES)` for the few acts that span companies.
ALL_COMPANIES = {"all_companies": True}
#: `select(...).execution_options(**KEPT)` for a statement that an app builds once and asks again and again:
#: it is kept with the criteria of each actor; any other gets them, and its key in SQLAlchemy's cache, anew.
KEPT = {"kept": True}
#: Actors whose criteria are kept, and statements.
_ACTORS, _STATEMENTS = 512, 2048

#: Takes the columns of the model's table (`rows.salesperson_id`) and the actor; gives the condition.
Condition = Callable[[Any, Actor], ColumnElement[bool]]


def all_rows(_rows: Any, _actor: Actor) -> ColumnElement[bool]:
    """Every row: for the permission of those who look after everything."""
    return true()


def own_rows(column: str) -> Condition:
    """The rows whose `column` points to the actor."""
    return lambda rows, actor: rows[column] == actor.user_id


def team_rows(owner: str, team: str) -> Condition:
    """The rows of the actor's teams, and those of a member of one of them.

    `owner` and `team` are the columns that point to a user and to a team.
    """

    def condition(rows: Any, actor: Actor) -> ColumnElement[bool]:
        teams = teams_of(actor)
        member = _table("team.member")
        colleagues = select(member.c.user_id).where(member.c.team_id.in_(teams))
        return or_(rows[team].in_(teams), rows[owner].in_(colleagues))

    return condition


def here(rows: Any) -> ColumnElement[bool]:
    """The condition that a row is of the company that the user works in, or of none.

    For models whose rows may have no company, such as jobs and audit events: no rule adds it by itself.
    """
    return or_(rows.company_id.is_(None), rows.company_id == current_actor().company_id)


def own_companies(rows: Any, actor: Actor) -> ColumnElement[bool]:
    """The companies that the actor may work in."""
    link = _table("user.company")
    mine = select(link.c.company_id).where(link.c.user_id == actor.user_id)
    return or_(rows.id == actor.company_id, rows.id.in_(mine))


def teams_of(actor: Actor) -> Select[Any]:
    """The ids of the teams that the actor leads or belongs to, as a query."""
    team, member = _table("team"), _table("team.member")
    belongs = select(member.c.team_id).where(member.c.user_id == actor.user_id)
    return select(team.c.id).where(or_(team.c.leader_id == actor.user_id, team.c.id.in_(belongs)))


def _table(model: str) -> Any:
    """The table under a name of its own, so that it never meets itself in the query around it."""
    return current_app.extensions["composition"].model(model).__table__.alias()


def add_record_rules(state: ORMExecuteState) -> None:
    """Show only the records of the company that the session works in, and of those what rules allow."""
    if not state.is_select or state.is_column_load or state.execution_options.get("all_companies"):
        return
    options = _options(actor_of(state.session))
    if options:
        ruled = current_app.extensions["ruled"] if state.execution_options.get("kept") else _ruled
        state.statement = ruled(state.statement, options)


def init_app(app: Flask) -> None:
    """Keep what is built for an actor: each request of the same user has the same criteria."""
    app.extensions["record_rules"] = lru_cache(maxsize=_ACTORS)(lambda actor: tuple(_build(actor)))
    app.extensions["ruled"] = lru_cache(maxsize=_STATEMENTS)(_ruled)


def _ruled(statement: Any, options: tuple[Any, ...]) -> Any:
    return statement.options(*options)


def _options(actor: Actor) -> tuple[Any, ...]:
    built: tuple[Any, ...] = current_app.extensions["record_rules"](replace(actor, name="", request_id=""))
    return built


class _OfApp(LoaderCriteriaOption):
    """A criterion for those models of one app that have a mixin.

    SQLAlchemy goes through all subclasses of the mixin for each statement: those of every app in the process,
    of which an install leaves one more, and a model once for each addon that extends it: the condition stood
    there as often. Should it find them in another way one day, it takes all again.
    """

    # The keys of SQLAlchemy's cache are made of the same parts, which it wants to be said for each class.
    _traverse_internals = LoaderCriteriaOption._traverse_internals
    mappers: tuple[Mapper[Any], ...] = ()

    def _all_mappers(self) -> Iterator[Mapper[Any]]:
        yield from self.mappers

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """Once at each model, also where a loader hands the criteria on."""
        found: dict[Any, Any] = {}
        super().get_global_criteria(found)
        for model in found:
            criteria = attributes.setdefault(model, [])
            if self not in criteria:
                criteria.append(self)


def _build(actor: Actor) -> Iterator[Any]:
    models: Composition = current_app.extensions["composition"]
    if actor.company_id is not None:
        owned = _OfApp(CompanyOwned, _of_company(actor.company_id), include_aliases=True)
        owned.mappers = tuple(
            mapper for mapper in models.base.registry.mappers if issubclass(mapper.class_, CompanyOwned)
        )
        yield owned
        for name, (column, target) in current_app.extensions["rights"].belonging.items():
            yield _criteria(models.model(name), _among(_belonging(name, column, target, actor.company_id)))
    if not actor.is_superuser:
        for name, ids in seen_ids(current_app.extensions["rights"], actor).items():
            yield _criteria(models.model(name), _among(ids))


def _criteria(entity: Any, condition: Any) -> Any:
    # Handed on to loaders for the sake of joined ones; all other statements come by the hook themselves.
    return with_loader_criteria(entity, condition, include_aliases=True)


# Functions of the entity, since SQLAlchemy hands them each alias that stands in a query or in a join.


def _of_company(company_id: int) -> Any:
    # In the statement itself: there are few companies, and PostgreSQL plans better for one that it knows.
    this = literal_column(str(int(company_id)), Integer())
    return lambda cls: cls.company_id == this


def _among(ids: Select[Any]) -> Any:
    return lambda cls: cls.id.in_(ids)


def _belonging(model: str, column: str, target: str, company_id: int) -> Select[Any]:
    """The ids of a model without a company whose `column` points to a record of this one."""
    table, owner, this = _table(model), _table(target), literal_column(str(int(company_id)), Integer())
    own = select(owner.c.id).where(owner.c.company_id == this)
    return select(table.c.id).where(table.c[column].in_(own))


def seen_ids(rights: Rights, actor: Actor) -> dict[str, Select[Any]]:
    """For each model of which the actor doesn't see all rows: a query for the ids of those that he sees."""
    seen: dict[str, Select[Any]] = {}
    tables: dict[str, Any] = {}
    for name, rules in rights.rules.items():
        granted = [condition for permission, condition in rules if actor.may(permission)]
        if all_rows not in granted:
            table = tables[name] = _table(name)
            allowed = or_(false(), *(condition(table.c, actor) for condition in granted))
            seen[name] = select(table.c.id).where(allowed)
    for name, (column, target) in rights.followed.items():
        if target in seen:
            table = tables[name] if name in tables else _table(name)
            own = seen.get(name, select(table.c.id))
            seen[name] = own.where(table.c[column].in_(seen[target]))
    narrowed = dict(seen)
    for name in _BESIDE if narrowed else ():
        seen[name] = _beside(name, narrowed)
    return seen


#: Models whose records belong to a record of any other: they name it by `model` and `record_id`.
_BESIDE = ("attachment", "mail.message")


def _beside(name: str, narrowed: dict[str, Select[Any]]) -> Select[Any]:
    """Those of records that the actor sees; of models without a rule all."""
    table = _table(name)
    of_seen = [and_(table.c.model == model, table.c.record_id.in_(ids)) for model, ids in narrowed.items()]
    return select(table.c.id).where(or_(table.c.model.not_in(list(narrowed)), *of_seen))
