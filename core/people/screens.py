"""Lists and forms of users, roles and teams."""

import secrets
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import current_app, request
from sqlalchemy import select

from core import m
from core.db import db
from core.errors import UserError
from core.i18n import _, _l
from core.locales import LOCALES
from core.mail.addresses import MailAddressError, parse_addresses
from core.screens.declaring import Screens
from core.screens.permissions import grantable, grantable_groups
from core.screens.tree import Button, Column, Field, Filter, Grid, Part, Section
from core.security import second_factor, sessions, throttle
from core.security.guard import check_may_manage
from core.security.rights import current_actor

screens = Screens()


def permission_groups(role: Any) -> Iterator[tuple[str, list[tuple[str, str, bool, bool]]]]:
    """For the role's form: per addon (name, title, granted, whether the actor may grant it)."""
    actor = current_actor()
    chosen = set(role.permissions if role is not None else ())
    if request.method == "POST" and "permissions_sent" in request.form:
        chosen = set(request.form.getlist("permissions"))
    for group in grantable_groups(current_app):
        yield (
            group.title,
            [(name, title, name in chosen, actor.may(name)) for name, title in group.permissions],
        )


def keep_permissions(session: Any, role: Any) -> None:
    """Take the ticks of the role's form; what the actor may not grant stays as it was."""
    if "permissions_sent" in request.form:
        actor = current_actor()
        open_to_actor = {name for name in grantable(current_app) if actor.may(name)}
        kept = [name for name in role.permissions or () if name not in open_to_actor]
        chosen = open_to_actor & set(request.form.getlist("permissions"))
        wanted = [*kept, *sorted(chosen)]
        if set(wanted) != set(role.permissions or ()):
            role.permissions = wanted
    if role.requires_second_factor and role.id is not None:
        _log_out_without_factor(session, role)


def _log_out_without_factor(session: Any, role: Any) -> None:
    """Whoever has the role sets a second factor up, at a log-in that is now."""
    query = select(m.User.id).join(m.UserRole).where(m.UserRole.role_id == role.id)
    ids = session.scalars(query.where(m.User.tf_totp_secret.is_(None))).all()
    sessions.end_all(session, ids)


def keep_user(session: Any, user: Any) -> None:
    """One proper address; and the company that the user works in is one of the user's."""
    try:
        addresses = parse_addresses(user.email)
    except MailAddressError as error:
        raise UserError(str(error)) from error
    if len(addresses) != 1:
        raise UserError(_("Give one e-mail address: the user logs in with it."))
    user.email = user.email.strip()
    session.flush()
    query = select(m.UserCompany.company_id).where(m.UserCompany.user_id == user.id)
    companies = set(session.scalars(query))
    if user.company_id not in companies and user.company_id is not None:
        session.add(m.UserCompany(user_id=user.id, company_id=user.company_id))


def new_user(_session: Any) -> dict[str, Any]:
    """A user is known by a random name, so that a changed address changes no session."""
    return {"fs_uniquifier": uuid.uuid4().hex}


def new_role(_session: Any) -> dict[str, Any]:
    """A role of one's own has a name that no addon ships."""
    return {"name": f"own.{secrets.token_hex(4)}"}


def reset_factor(_session: Any, user: Any) -> str:
    """Take a lost second factor away."""
    check_may_manage(current_actor(), user)
    second_factor.take_away(user)
    return _("The second factor is taken away. The user sets a new one up under “My account”.")


def lift_lockout(session: Any, user: Any) -> str:
    """Open a closed account before its time."""
    throttle.lift(session, user.email)
    return _("The user can log in again.")


def log_out(session: Any, user: Any) -> str:
    """End all sessions of a user."""
    check_may_manage(current_actor(), user)
    sessions.end_all(session, [user.id])
    return _("The user is logged out everywhere.")


def is_locked(user: Any) -> bool:
    """Whether too many failures keep the user out."""
    return locked_for(user) > 0


def is_logged_in(user: Any) -> bool:
    """Whether a browser of the user goes on."""
    return bool(open_sessions(user))


def locked_for(user: Any) -> int:
    """For how many minutes the user cannot log in."""
    return throttle.locked_minutes(db.session, user.email, datetime.now(UTC))


def open_sessions(user: Any) -> list[Any]:
    """The browsers in which the user is logged in."""
    return sessions.open_sessions(db.session, user.id)


def _saved(record: Any) -> bool:
    return record is not None


screens.list(
    "user.list",
    model="user",
    title=_l("Users"),
    columns=[
        "name",
        Column("email", _l("E-mail address")),
        Column("active", _l("Active")),
        Column("tf_primary_method", _l("Second factor"), shown=False),
        Column("current_login_at", _l("Last log-in")),
        Column("company_id", _l("Works in")),
    ],
    filters=[Filter("active", _l("Active")), Filter("company_id", _l("Works in"))],
    search=["name", "email"],
    order="name",
    empty=_l("Everyone who logs in is listed here."),
)
screens.form(
    "user.form",
    model="user",
    title=_l("User"),
    on_save=keep_user,
    defaults=new_user,
    nodes=[
        Section(
            "main",
            "name",
            Field("email", _l("E-mail address"), required=True),
            Field("company_id", _l("Works in")),
            Field("locale", _l("Language"), choices={"": _l("As the browser asks for"), **LOCALES}),
            Field("active", help=_l("Whoever is not active cannot log in; the records stay.")),
        ),
        Part("state", template="people/user_state.html", visible=_saved),
        Grid("roles", model="user.role", columns=[Column("role_id", _l("Role"))], title=_l("Roles")),
        Grid(
            "companies",
            model="user.company",
            columns=[Column("company_id", _l("Company"))],
            title=_l("Companies"),
        ),
        Grid(
            "teams",
            model="team.member",
            columns=[Column("team_id", _l("Sales team"))],
            title=_l("Sales teams"),
        ),
        Button("invite", _l("Invitation link"), action="people.invite", permission="core.users"),
        Button(
            "lift",
            _l("Lift the lock-out"),
            action=lift_lockout,
            permission="core.users",
            visible=is_locked,
        ),
        Button(
            "factor",
            _l("Take the second factor away"),
            action=reset_factor,
            permission="core.users",
            visible=second_factor.is_set_up,
            confirm=_l("Has the user lost the device? The next log-in asks for the password alone."),
        ),
        Button(
            "end",
            _l("Log out everywhere"),
            action=log_out,
            permission="core.users",
            visible=is_logged_in,
        ),
    ],
)
screens.list(
    "role.list",
    model="role",
    title=_l("Roles"),
    columns=[
        Column("title", show="phrase"),
        Column("requires_second_factor", _l("Requires a second factor")),
    ],
    search=["title", "name"],
    order="title",
    empty=_l("What users may do is bundled in roles."),
)
screens.form(
    "role.form",
    model="role",
    title=_l("Role"),
    on_save=keep_permissions,
    defaults=new_role,
    nodes=[
        Section(
            "main",
            Field("title", _l("Name"), required=True, show="phrase"),
            Field(
                "requires_second_factor",
                _l("Requires a second factor"),
                help=_l("Whoever has the role sets up an authenticator app at the next log-in."),
            ),
        ),
        Part("permissions", template="people/permissions.html"),
    ],
)
screens.list(
    "team.list",
    model="team",
    title=_l("Sales teams"),
    columns=["name", Column("leader_id", _l("Leader"))],
    search=["name"],
    order="name",
    empty=_l("A team looks after customers together; its manager sees them all."),
)
screens.form(
    "team.form",
    model="team",
    title=_l("Sales team"),
    nodes=[
        Section("main", "name", Field("leader_id", _l("Leader"))),
        Grid("members", model="team.member", columns=[Column("user_id", _l("Member"))], title=_l("Members")),
    ],
)
