"""The log-ins of the demo company, for the page on which one logs in."""

from functools import lru_cache

from flask import current_app
from flask_security import verify_password
from sqlalchemy import func, select

from core import m
from core.db import db
from core.loader.code import declared
from core.security.actor import SYSTEM, acting
from core.security.users import DEMO_ADMINISTRATOR, DemoLogIn


def demo_log_ins() -> list[DemoLogIn]:
    """Those who can log in by the password that everybody knows; nobody where there is anything real.

    That is: the database holds the demo company and no other one, and mail stays on this machine.
    """
    if current_app.extensions["settings"].mail_transport != "mailbox":
        return []
    with acting(db.session, SYSTEM):
        if db.session.scalar(select(func.bool_and(m.Company.is_demo))) is not True:
            return []
        known = _known()
        users = select(m.User.email, m.User.password).where(m.User.active, m.User.email.in_(known))
        held = {email: password for email, password in db.session.execute(users) if password}
    return [known[email] for email in known if email in held and _holds(known[email].password, held[email])]


def _known() -> dict[str, DemoLogIn]:
    found = [DEMO_ADMINISTRATOR]
    for _source, log_ins in declared(current_app.extensions["sources"], "demo", "log_ins"):
        found += log_ins
    return {log_in.email: log_in for log_in in found}


@lru_cache(maxsize=64)
def _holds(password: str, kept: str) -> bool:
    """Whether it is still the password; asked once for each that is kept, since the answer costs much."""
    holds: bool = verify_password(password, kept)
    return holds
