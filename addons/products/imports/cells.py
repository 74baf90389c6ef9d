"""Cells of files about parts, as makers and distributors write them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from addons.products.models import MOISTURE_LEVELS
from core import countries
from core.exchange.cells import AS_WRITTEN, CellError, Reading
from core.exchange.convert import ChoiceCell, folded
from core.i18n import _

#: What other programs write for a lifecycle.
LIFECYCLE_WORDS = {
    "active": ("Production", "In production", "STOCKED", "DIRECT_SHIP", "New", "Preferred", "量产", "正常"),
    "nrnd": ("NRND", "Not recommended for new designs", "HARDLY_AVAILABLE", "不推荐用于新设计"),
    "last_buy": ("LTB", "Last time buy", "EOL", "End of life", "即将停产", "最后购买"),
    "obsolete": ("Discontinued", "NO_LONGER_MANUFACTURED", "NO_LONGER_STOCKED", "Not manufactured", "停产"),
}
#: What they write about substances.
COMPLIANCE_WORDS = {
    "yes": (
        "Yes",
        "Y",
        "Compliant",
        "RoHS compliant",
        "ROHS3 Compliant",
        "No SVHC",
        "REACH Unaffected",
        "符合",
        "是",
    ),
    "no": ("No", "N", "Non-Compliant", "RoHS non-compliant", "SVHC", "REACH Affected", "不符合", "否"),
    "exempt": ("Compliant by exemption", "Yes with exemptions", "豁免"),
    "unknown": ("Unknown", "Not applicable", "N/A", "TBA", "未知"),
}


@dataclass(frozen=True)
class WordsCell(ChoiceCell):
    """One of a few values, by its label or by what the trade writes; what is in brackets doesn't matter."""

    words: Mapping[str, tuple[str, ...]] | None = None

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> str:
        return super().__call__(re.sub(r"\s*[(（].*?[)）]", "", cell).split(",")[0] or cell, reading)

    def lookup(self) -> dict[str, str]:
        """Everything that can be written → the key."""
        written = {folded(word): key for key, words in (self.words or {}).items() for word in words}
        return written | super().lookup()


@dataclass(frozen=True)
class CountryCell:
    """A country, by its two letters or by its name in any language of the product."""

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> str:
        found = countries.code_of(cell)
        if not found:
            raise CellError(
                _("“%(cell)s” is no country that is known: write its two letters, such as CN.", cell=cell)
            )
        return found


@dataclass(frozen=True)
class MoistureCell:
    """A moisture sensitivity level: `3`, `MSL 3`, `2a`, `3 (168 hours)`."""

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> str:
        match = re.fullmatch(
            r"(?:MSL|Level)?\s*-?\s*([1-6]a?)(\.0)?\s*(?:[(\s-].*)?", cell.strip(), re.IGNORECASE
        )
        level = match[1].lower() if match else ""
        if level not in MOISTURE_LEVELS or not level:
            raise CellError(
                _("“%(cell)s” is no moisture level: write 1, 2, 2a, 3, 4, 5, 5a or 6.", cell=cell)
            )
        return level


def words(choices: Mapping[str, Any], further: Mapping[str, tuple[str, ...]]) -> WordsCell:
    """One of these keys, also by the further words for it."""
    return WordsCell(choices, further)
