"""Log-in, log-out, second factor and change of password by Flask-Security, with a lock-out of our own."""

import re
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, abort, make_response, render_template, request
from flask_security import EmailValidateException, LoginForm, MailUtil, Security, SQLAlchemyUserDatastore
from flask_wtf.csrf import CSRFProtect
from wtforms import Form

from core.db import db
from core.i18n import _
from core.models import Composition
from core.security import passwords, second_factor, sessions
from core.security.throttle import Attempt, forget_failures, minutes_to_wait, note_failure, too_many

_OWN_NETWORK = re.compile(r"[^@\s]+@[\w-]+(\.[\w-]+)*")
_SETTINGS: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    # argon2 keeps a salt in each hash; a second one for all would only be one more secret to lose.
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_LENGTH_MIN": passwords.LENGTH,
    "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKC",
    "SECURITY_TRACKABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_CHANGE_URL": "/password",
    "SECURITY_POST_CHANGE_VIEW": "/",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_LOGOUT_CSRF": True,
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_STATIC_FOLDER": None,
    # The headers of `core.security.headers` go for its pages too.
    "SECURITY_CACHE_CONTROL": {},
    "SECURITY_DATETIME_FACTORY": lambda: datetime.now(UTC),
    # "strong" would log out whoever changes from the desk to the phone network; "basic" asks again
    # before anything that needs a fresh log-in.
    "SESSION_PROTECTION": "basic",
    "WTF_CSRF_TIME_LIMIT": None,
}


class AnyNetworkMailUtil(MailUtil):
    """Takes addresses of the own network, such as admin@localhost and clerk@firm.local, as they are."""

    def normalize(self, email: str) -> str:
        """The address by which a user is looked up; raises EmailValidateException where it is none."""
        try:
            found: str = super().normalize(email)
        except EmailValidateException:
            if not _OWN_NETWORK.fullmatch(email.strip()):
                raise
            found = email.strip()
        return found


class ThrottledLoginForm(LoginForm):
    """The log-in form; it never says which of address and password was wrong."""

    def validate(self, **kwargs: Any) -> bool:
        """Check the password, unless too many were wrong."""
        if not is_local(self.next.data or "/"):
            self.next.data = ""
        attempt = Attempt(self.email.data or "", request.remote_addr or "")
        now = datetime.now(UTC)
        wait = minutes_to_wait(db.session, attempt, now)
        if wait:
            self.form_errors = [too_many(wait)]
            return False
        valid: bool = super().validate(**kwargs)
        if valid:
            forget_failures(db.session, attempt)
        elif self.password.data and not self.user_authenticated:
            note_failure(db.session, attempt, now)
            self._say_little()
        return valid

    def _say_little(self) -> None:
        for fld in (self.email, self.password):
            fld.errors = []
        self.form_errors = [_("The e-mail address or the password is wrong. Try again.")]


def is_local(target: str) -> bool:
    """Whether an address stays on this server, in the eyes of a browser too."""
    return target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()


def _render(template: str, **context: Any) -> Response:
    """Flask-Security's pages; one with refused input answers 422, as all our forms do."""
    template, context = second_factor.page_of(template, context)
    refused = any(value.errors for value in context.values() if isinstance(value, Form))
    status = 422 if request.method == "POST" and refused else 200
    return make_response(render_template(template, **context), status)


class _Users(SQLAlchemyUserDatastore):
    def find_user(self, case_insensitive: bool = False, **by: Any) -> Any:
        """By the key that cookies name: with all that a request needs of a user and of the browser."""
        if by.keys() == {"fs_uniquifier"}:
            return sessions.load_user(db.session, by["fs_uniquifier"])
        return super().find_user(case_insensitive, **by)


class _Security(Security):
    def _check_modules(self, module: str, config_name: str) -> Any:
        """It asks for `qrcode`; the picture is drawn by `segno`."""
        return True if module == "qrcode" else super()._check_modules(module, config_name)  # type: ignore[no-untyped-call]  # Flask-Security's own


def init_app(app: Flask) -> None:
    """Set log-in up on the app's own user and role."""
    for name, value in {**_SETTINGS, **second_factor.SETTINGS, **second_factor.settings_of(app)}.items():
        app.config.setdefault(name, value)
    composition: Composition = app.extensions["composition"]
    database = app.extensions["sqlalchemy"]
    datastore = _Users(database, composition.User, composition.Role)
    # It says that pages are text; what it hands on to Flask may as well be a response with a status.
    render: Any = _render
    CSRFProtect(app)
    _Security(
        app,
        datastore,
        login_form=ThrottledLoginForm,
        two_factor_verify_code_form=second_factor.CodeForm,
        two_factor_setup_form=second_factor.SetupForm,
        two_factor_rescue_form=second_factor.RescueForm,
        mf_recovery_form=second_factor.RecoveryForm,
        totp_cls=second_factor.OnceTotp,
        mf_recovery_codes_util_cls=second_factor.HashedRecoveryCodes,
        mail_util_cls=AnyNetworkMailUtil,
        password_util_cls=passwords.PasswordPolicy,
        render_template=render,
    )
    validate = app.view_functions[second_factor.VALIDATION]
    app.view_functions[second_factor.VALIDATION] = second_factor.shown_again(validate, _render)
    app.before_request(_refuse_unused)
    app.after_request(_stay_here)


#: Ways that Flask-Security knows and we don't offer: codes by mail, a choice among several factors.
_UNUSED = ("security.two_factor_rescue", "security.tf_select")


def _refuse_unused() -> None:
    if request.endpoint in _UNUSED:
        abort(404)


def _stay_here(response: Response) -> Response:
    """No page of the log-in leads to another server, whatever its address was made to say."""
    target = response.headers.get("Location", "")
    if request.blueprint == "security" and target:
        local = target.removeprefix(request.host_url.rstrip("/"))
        if not is_local(local or "/"):
            response.headers["Location"] = "/"
    return response
