"""What an addon says of its public links: what is shown, and what an answer does."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: So many characters of rows are kept with an answer as they are; of more, how many rows and their hash.
LONGEST_ROWS = 6000


@dataclass(frozen=True)
class Shown:
    """What whoever opens a link reads, in the language of the link; all of it is kept with the answer."""

    title: str
    #: Who asks.
    sender: str
    #: (what, its value), in order.
    facts: Sequence[tuple[str, str]] = ()
    #: A table of what it is about: its headings, and for each row its key and its cells.
    columns: Sequence[str] = ()
    rows: Sequence[tuple[str, Sequence[str]]] = ()
    #: What may be said of a single row, such as “What is wrong?”; empty where nothing may.
    remark: str = ""
    #: A file to download, a record of `attachment`.
    file: Any = None
    #: What is asked, in a sentence.
    question: str = ""
    #: Answer → the text of its button; the first is the one that is wished for.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Why it can't be answered any more, such as an order that was cancelled.
    closed: str = ""

    @property
    def text(self) -> str:
        """All of it as text: what an answer is evidence of."""
        facts = (f"{what}: {value}" for what, value in self.facts)
        rows = ["  ".join(cells) for _key, cells in self.rows]
        if sum(map(len, rows)) > LONGEST_ROWS:
            digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
            rows = [f"{len(rows)} × {' / '.join(self.columns)}, SHA-256 {digest}"]
        buttons = " / ".join(self.answers.values())
        read = (self.sender, self.title, *facts, *rows, self.question, f"[{buttons}]")
        return "\n".join(filter(None, read))


@dataclass(frozen=True)
class Answer:
    """What somebody answered: which button, under which name, with which words."""

    choice: str
    name: str
    note: str = ""
    #: What was said of single rows, by their keys.
    remarks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Purpose:
    """A question: what is shown of its record, and what its answer does, each with (session, record)."""

    model: str
    show: Callable[[Any, Any], Shown]
    #: Called once, with (session, record, answer), in the transaction that keeps the answer; none where the
    #: link only shows something.
    answer: Callable[[Any, Any, Answer], None] | None = None


class Links:
    """What one addon declares in its `links.py`."""

    def __init__(self) -> None:
        self.declared: dict[str, Purpose] = {}

    def purpose(
        self,
        name: str,
        *,
        show: Callable[[Any, Any], Shown],
        answer: Callable[[Any, Any, Answer], None] | None = None,
        model: str = "",
    ) -> None:
        """Declare a question, or what is merely shown where there is no `answer`.

        `model` is that of its records, the purpose's own name unless said.
        """
        self.declared[name] = Purpose(model or name, show, answer)
