"""What nobody does to users and roles, whichever page, import or API it comes by.

Checked on what a flush writes: nobody grants what they may not do themselves; nobody but an administrator
touches the account of somebody who may do more; the last administrator stays. Whoever may do everything is
bound by the last one only, and so is the system. Bulk statements pass it by.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from core import m
from core.errors import UserError
from core.i18n import _
from core.security.actor import Actor, actor_of
from core.security.session import EVERYTHING

_CHECK = "whether an administrator is left"
#: What a person may change of a user who may do more: nothing of this.
_GUARDED = ("email", "password", "active", "tf_totp_secret", "mf_recovery_codes", "fs_uniquifier", "roles")


class GrantError(UserError):
    """Somebody grants or manages more than they may do; the message names it."""


class LastAdministratorError(UserError):
    """Nobody would be left who may do everything."""


def check_people(session: Session, _context: Any, _instances: Any) -> None:
    """Before a flush: refuse what this actor may not do to users and roles."""
    touched = [r for r in (*session.new, *session.dirty, *session.deleted) if _is_people(r)]
    if not touched:
        return
    actor = actor_of(session)
    with session.no_autoflush:
        session.info[_CHECK] = any(_LOSSES[r._name](session, r) for r in touched if r not in session.new)
        if actor.user_id is not None and not actor.is_superuser:
            for record in touched:
                _CHECKS[record._name](session, actor, record)


def _loses_with_user(session: Session, user: Any) -> bool:
    attributes = inspect(user).attrs
    roles = attributes.roles.history
    fewer = any(_is_everything(role) for role in roles.deleted or ())
    off = user in session.deleted or (attributes.active.history.has_changes() and not user.active)
    return fewer or (off and any(_is_everything(role) for role in roles.unchanged or ()))


def _loses_with_role(session: Session, role: Any) -> bool:
    before = inspect(role).attrs.permissions.history.deleted or [role.permissions]
    return EVERYTHING in before[0] and (role in session.deleted or EVERYTHING not in role.permissions)


def _loses_with_user_role(session: Session, row: Any) -> bool:
    history = inspect(row).attrs.role_id.history
    before = history.deleted or history.unchanged or (None,)
    return (row in session.deleted or session.is_modified(row)) and _is_everything(
        session.get(m.Role, before[0])
    )


def _is_everything(role: Any) -> bool:
    return role is not None and EVERYTHING in role.permissions


def _is_people(record: Any) -> bool:
    return getattr(record, "_name", "") in _CHECKS


def _check_role(_session: Session, actor: Actor, role: Any) -> None:
    history = inspect(role).attrs.permissions.history
    before = set(history.deleted[0] if history.deleted else history.unchanged[0] if history.unchanged else ())
    _refuse_more(actor, set(role.permissions or ()) - before)


def _check_user_role(session: Session, actor: Actor, row: Any) -> None:
    role = session.get(m.Role, row.role_id)
    if role is not None and row not in session.deleted:
        _refuse_more(actor, role.permissions)
    user = session.get(m.User, row.user_id) if row.user_id else None
    if user is not None:
        check_may_manage(actor, user)


def _check_user(session: Session, actor: Actor, user: Any) -> None:
    attributes = inspect(user).attrs
    changed = [name for name in _GUARDED if attributes[name].history.has_changes()]
    if "roles" in changed:
        for role in attributes.roles.history.added:
            _refuse_more(actor, role.permissions)
    if changed and user not in session.new and user.id != actor.user_id:
        check_may_manage(actor, user)


def _refuse_more(actor: Actor, permissions: Iterable[str]) -> None:
    more = sorted(p for p in permissions if not actor.may(p))
    if more:
        raise GrantError(_("You may not grant what you may not do yourself: %(more)s.", more=", ".join(more)))


def check_may_manage(actor: Actor, user: Any) -> None:
    """Refuse to manage the account of somebody who may do more; raises GrantError."""
    theirs = {p for role in user.roles for p in role.permissions}
    if user.id != actor.user_id and not all(actor.may(p) for p in theirs):
        raise GrantError(
            _("%(name)s may do more than you: ask an administrator.", name=user.name or user.email)
        )


_CHECKS: dict[str, Any] = {"role": _check_role, "user.role": _check_user_role, "user": _check_user}
#: Whether writing a record may leave nobody who may do everything.
_LOSSES: dict[str, Any] = {
    "role": _loses_with_role,
    "user.role": _loses_with_user_role,
    "user": _loses_with_user,
}


def check_administrator(session: Session, _context: Any) -> None:
    """After the flush: refuse it when it has left nobody who may do everything."""
    if session.info.pop(_CHECK, False) and not _administrators(session):
        raise LastAdministratorError(
            _("This is the last administrator: make somebody else an administrator first.")
        )


def _administrators(session: Session) -> int:
    query = (
        select(func.count(m.User.id))
        .join(m.UserRole, m.UserRole.user_id == m.User.id)
        .join(m.Role, m.Role.id == m.UserRole.role_id)
        .where(m.User.active, m.Role.permissions.contains([EVERYTHING]))
    )
    return int(session.scalar(query) or 0)
