"""What a partner may read on papers of where a price comes from.

Problem: a line is priced as “list Q3 of Jul 1, 2026, by cost”. The customer may know the list; that the price
is a margin over what the goods cost us is ours alone. Rule: shown is only what is listed by the line's model
as fit for its partner, message by message, each with its words on paper, which may leave out or turn round
(“supplier's list” is “your list” to the supplier); a text with one part that is not listed is left out whole.
What a person typed, a last price, and what no program says of itself is never listed.
"""

from collections.abc import Mapping
from typing import Any

from core.sayings import Saying, say


def told_on_papers(origin: str, words: Mapping[str, str]) -> str:
    """An origin in the words for the partner and the language of now; empty where it stays in the house."""
    if not isinstance(origin, Saying) or origin.message not in words:
        return ""
    values = {name: _told(value, words) for name, value in origin.values.items()}
    return "" if "" in values.values() else say(words[origin.message], **values)


def _told(value: Any, words: Mapping[str, str]) -> Any:
    return told_on_papers(value, words) if isinstance(value, Saying) else value
