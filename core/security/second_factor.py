"""The second factor: codes of an authenticator app, and recovery codes for the day when it is lost.

Flask-Security asks for it after the password. What it leaves open is here: a code is good once, recovery
codes are kept as keyed hashes and shown only when they are made, guessing is slowed down, the QR code is a
picture of our own (`segno`), and an administrator may take a lost factor away.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_security import (
    MfRecoveryCodesUtil,
    MfRecoveryForm,
    Totp,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
)
from markupsafe import Markup
from wtforms import RadioField, StringField

from core.db import db
from core.i18n import _
from core.security import sessions
from core.security.keys import derived, totp_secrets
from core.security.throttle import Attempt, forget_failures, minutes_to_wait, note_failure, too_many

RECOVERY_CODES = 10
#: Takes the first code of a new device of somebody who is logged in.
VALIDATION = "security.two_factor_setup_validate"
_SETUP = "security/two_factor_setup.html"

SETTINGS: dict[str, Any] = {
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
    "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
    # Seconds by which a clock may be wrong.
    "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
    "SECURITY_TWO_FACTOR_SETUP_URL": "/second-factor",
    "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/second-factor/code",
    "SECURITY_TWO_FACTOR_RESCUE_URL": "/second-factor/help",
    "SECURITY_TWO_FACTOR_SELECT_URL": "/second-factor/choose",
    "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "/account",
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/second-factor/recovery-codes",
    "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/second-factor/recovery",
    "SECURITY_TOTP_ISSUER": "Bincard",
}


def settings_of(app: Flask) -> dict[str, Any]:
    """The settings that hang on the installation's secret."""
    return {"SECURITY_TOTP_SECRETS": totp_secrets(app.extensions["settings"], app.config["SECRET_KEY"])}


class OnceTotp(Totp):
    """Takes each code once, so that one that was seen over a shoulder is worth nothing."""

    def get_last_counter(self, user: Any) -> int | None:
        """The time step of the last code that was taken."""
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember the step; the view commits."""
        user.tf_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The picture to scan, as SVG that stands in the page itself."""
        import segno  # for those who enrol, not for every start

        code = segno.make(self.get_totp_uri(username, totp), error="m")
        return Markup(code.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, dark="#000"))  # noqa: S704


class HashedRecoveryCodes(MfRecoveryCodesUtil):
    """Keeps recovery codes as hashes: they are shown when they are made, and never again."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """New codes in place of the old ones."""
        security = current_app.extensions["security"]
        codes: list[str] = security.totp_factory.generate_recovery_codes(RECOVERY_CODES)
        security.datastore.mf_set_recovery_codes(user, [_hash(code) for code in codes])
        return codes

    def get_recovery_codes(self, user: Any) -> list[str]:
        """Nobody can tell them any more; empty."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether it is one that was not used yet."""
        hashed = _hash(code)
        return any(hmac.compare_digest(hashed, kept) for kept in user.mf_recovery_codes or ())

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Use the code up."""
        user.mf_recovery_codes = [kept for kept in user.mf_recovery_codes or () if kept != _hash(code)]
        return True


def _hash(code: str) -> str:
    plain = "".join(code.split()).replace("-", "").casefold()
    key = derived(current_app.config["SECRET_KEY"], "recovery codes")
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()


class _Throttled:
    """A form whose code is guessed at most a few times; a mixin of Flask-Security's forms."""

    user: Any
    code: Any

    def validate(self, **kwargs: Any) -> bool:
        """Check the code, unless too many were wrong."""
        attempt = Attempt(self.user.email, request.remote_addr or "", "factor")
        now = datetime.now(UTC)
        wait = minutes_to_wait(db.session, attempt, now)
        if wait:
            self.code.errors = [too_many(wait)]
            return False
        valid: bool = super().validate(**kwargs)  # type: ignore[misc]  # of the form that this is mixed into
        if valid:
            forget_failures(db.session, attempt)
        elif self.code.data:
            note_failure(db.session, attempt, now)
            self.code.errors = [self._refusal()]
        else:
            self.code.errors = [_("Fill in this field.")]
        return valid

    def _refusal(self) -> str:
        return _("This code is wrong, too old, or was used before. Wait for the next one.")


class CodeForm(_Throttled, TwoFactorVerifyCodeForm):
    """A code of the app."""

    def validate(self, **kwargs: Any) -> bool:
        """Check the code; a refused one is remembered for the page that asks again."""
        valid = super().validate(**kwargs)
        if not valid:
            g.refused_code = self
        return valid


class SetupForm(TwoFactorSetupForm):
    """Which factor: there is one, so that no choice is shown."""

    setup = StringField()  # type: ignore[assignment]  # a field all the same


class RescueForm(TwoFactorRescueForm):
    """Flask-Security makes one beside the code; we lead to the recovery codes instead."""

    help_setup = RadioField(choices=[])


class RecoveryForm(_Throttled, MfRecoveryForm):
    """A recovery code."""

    def _refusal(self) -> str:
        return _("This recovery code is wrong, or was used before.")


def page_of(template: str, context: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The set-up again, with what is wrong, where a code of a new device was refused at the log-in.

    Flask-Security shows the page of a device that is known, on which there is nothing left to scan.
    """
    form = context.get("two_factor_verify_code_form")
    is_new = session.get("tf_state") == "validating_profile"
    if template != current_app.config["SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE"] or not is_new:
        return template, context
    return _SETUP, _setup_of(form, changing=False, state_token=None)


def shown_again(validate: Callable[..., Any], render: Callable[..., Any]) -> Callable[..., Any]:
    """The view that takes the first code of a new device: one that is wrong is asked for again.

    Flask-Security goes back to the beginning instead, and says nothing.
    """

    @wraps(validate)
    def view(token: str) -> Any:
        answer = validate(token)
        form = g.pop("refused_code", None)
        return render(_SETUP, **_setup_of(form, changing=True, state_token=token)) if form else answer

    return view


def _setup_of(form: Any, changing: bool, state_token: str | None) -> dict[str, Any]:
    """What the page of the set-up needs to show the same key once more."""
    totp = current_app.extensions["security"].totp_factory
    values = totp.fetch_setup_values(form.tf_totp_secret, form.user)
    return {
        "two_factor_verify_code_form": form,
        "chosen_method": form.primary_method,
        "changing": changing,
        "state_token": state_token,
        "authr_qrcode": values["image"],
        "authr_key": values["key"],
    }


def is_set_up(user: Any) -> bool:
    """Whether the user logs in with a second factor."""
    return bool(user.tf_totp_secret and user.tf_primary_method)


def take_away(user: Any) -> None:
    """Forget a lost factor; a role that requires one makes the user set a new one up at the next log-in."""
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_counter = None
    user.mf_recovery_codes = None
    sessions.end_all(db.session, [user.id])
