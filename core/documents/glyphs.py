"""Characters that no font has: found before a document goes out, since on paper each is the same box.

Our own fonts have Latin, Cyrillic, Greek and Chinese; for others the machine's are taken, where it has any.
What was printed is judged by the printing itself; `boxes` asks the same of a text that is not printed yet.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Self

from core.documents.fonts import faces
from core.documents.identity import Identity
from core.errors import UserError
from core.i18n import _

#: Script of the trade → some of its characters, and the Debian package whose fonts have them.
SCRIPTS = {
    "Latin": ("aßőŞłʼ", "fonts-noto-core"),
    "Cyrillic": ("жЇљ", "fonts-noto-core"),
    "Greek": ("αΏ", "fonts-noto-core"),
    "CJK": ("深灣かカ", "fonts-noto-cjk"),
    "Korean": ("한글", "fonts-noto-cjk"),
    "Thai": ("กฮ", "fonts-noto-core"),
    "Devanagari": ("अक", "fonts-noto-core"),
    "Hebrew": ("אש", "fonts-noto-core"),
    "Arabic": ("عپ", "fonts-noto-core"),
    "emoji": ("😀🚚", "fonts-noto-color-emoji"),
}
#: So many characters are named.
_NAMED = 12


class UnprintableError(UserError):
    """A document has characters that would print as boxes; names them, and says what to do."""

    @classmethod
    def of_document(cls, identity: Identity, characters: str) -> Self:
        """Which document it is, whose, and what it cannot show."""
        return cls(
            _(
                "%(number)s of %(partner)s cannot be printed: %(reason)s",
                number=identity.number,
                partner=identity.partner,
                reason=why_unprintable(characters),
            )
        )


def boxes(texts: Iterable[str]) -> str:
    """The characters of these texts that would print as boxes, each once; empty where all can be printed."""
    from core.documents.engine import boxes_of

    strange = {c for c in set().union(*texts) - _ours() if unicodedata.category(c) not in ("Cc", "Cf")}
    return boxes_of(frozenset(strange)) if strange else ""


def why_unprintable(characters: str) -> str:
    """What to tell a person of such characters."""
    named = " ".join(f"{c} (U+{ord(c):04X})" for c in characters[:_NAMED])
    more = " …" if len(characters) > _NAMED else ""
    return _(
        "no font here has %(characters)s. Change the name or the text, or have a font installed that has "
        "them, and print again.",
        characters=named + more,
    )


def missing_scripts() -> dict[str, str]:
    """The scripts of the trade that cannot be printed here, each with the package that brings them."""
    return {name: package for name, (sample, package) in SCRIPTS.items() if boxes([sample])}


@cache
def _ours() -> frozenset[str]:
    """What our own fonts have."""
    from fontTools.ttLib import TTFont

    found: set[str] = set()
    for face in faces():
        with TTFont(face.path, lazy=True) as font:
            found |= set(map(chr, font.getBestCmap()))
    return frozenset(found)
