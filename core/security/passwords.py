"""Which passwords are taken: long ones that are not about the user, and none that everybody tries first."""

import re
from typing import Any

from flask_security import PasswordUtil

from core.i18n import _

LENGTH = 12
#: What lists of leaked passwords begin with, as far as twelve characters are made of it by habit.
_WORDS = """
password passwort passw0rd welcome qwerty qwertyuiop asdfghjkl letmein iloveyou administrator admin changeme
secret bincard company sunshine princess football baseball dragon monkey superman batman master login abc123
abcdef abcdefghijkl 123456 1234567890 0987654321 111111 000000 woaini woaini1314 5201314 88888888 1qaz2wsx
1q2w3e4r zaq12wsx qazwsx test guest user default temp summer winter spring autumn monday
friday january december
"""
_COMMON = frozenset(_WORDS.split())
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")


class PasswordPolicy(PasswordUtil):
    """Says in words what is wrong with a password."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """(what is wrong with it, or None; the password as it is hashed)."""
        normal = self.normalize(password)
        problem = problem_of(normal, kwargs.get("user"))
        return ([problem] if problem else None), normal


def problem_of(password: str, user: Any = None) -> str:
    """What is wrong with the password, empty when nothing is."""
    if len(password) < LENGTH:
        return _("A password has at least %(count)s characters. A sentence is easy to keep.", count=LENGTH)
    if len(password) > 200:
        return _("A password has at most 200 characters.")
    if _is_guessable(password):
        return _("This password is one of the first that are tried. Take several words without a pattern.")
    if user is not None and _is_about(password, user):
        return _("The password must not be made of your name, your e-mail address or the company's name.")
    return ""


def _is_guessable(password: str) -> bool:
    plain = _plain(password)
    if len(set(plain)) < 5:
        return True
    rest = _without(plain, _COMMON)
    return len(re.sub(r"\d", "", rest)) < 4 or any(plain in row or plain in row[::-1] for row in _ROWS)


def _is_about(password: str, user: Any) -> bool:
    """Whether little but digits is left of it without the words that belong to the user."""
    company = getattr(user, "company", None)
    texts = [user.email, user.name, getattr(company, "name", ""), getattr(company, "code", "")]
    words = {word for text in texts for word in re.split(r"\W+", (text or "").casefold()) if len(word) > 2}
    return len(re.sub(r"\d", "", _without(_plain(password), words))) < 6 and words != set()


def _plain(password: str) -> str:
    return re.sub(r"[\W_]+", "", password.casefold())


def _without(text: str, words: Any) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text
