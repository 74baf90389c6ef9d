"""What an addon says of its public links: what is shown, and what an answer does."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: So many characters of rows are kept with an answer as they are; of more, how many rows and their hash.
LONGEST_ROWS = 6000


@dataclass(frozen=True)
class Table:
    """A further table, below what may be answered."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def text(self) -> str:
        """Its title, and the rows by their number and hash."""
        return f"{self.title}\n{_digest(self.columns, ['  '.join(row) for row in self.rows])}"


def _digest(columns: Sequence[str], rows: Sequence[str]) -> str:
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return f"{len(rows)} × {' / '.join(columns)}, SHA-256 {digest}"


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
    #: What figures may be given beside it: name → heading, such as the quantity that came.
    figures: Mapping[str, str] = field(default_factory=dict)
    #: Remarks that are proposed, by the keys of rows, and a note: whoever answers may change them.
    proposed: Mapping[str, str] = field(default_factory=dict)
    proposed_note: str = ""
    #: A file to download, a record of `attachment`.
    file: Any = None
    #: What file may be brought, such as “Your own list (xlsx, csv)”; empty where none may.
    upload: str = ""
    further: Sequence[Table] = ()
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
            rows = [_digest(self.columns, rows)]
        further = [table.text for table in self.further]
        buttons = " / ".join(self.answers.values())
        read = (self.sender, self.title, *facts, *rows, *further, self.question, f"[{buttons}]")
        return "\n".join(filter(None, read))


@dataclass(frozen=True)
class Answer:
    """What somebody answered: which button, under which name, with which words."""

    choice: str
    name: str
    note: str = ""
    #: What was said of single rows, by their keys.
    remarks: Mapping[str, str] = field(default_factory=dict)
    #: Figures that were given for single rows, as they were typed: key → name → text.
    figures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Purpose:
    """A question: what is shown of its record, and what its answer does, each with (session, record)."""

    model: str
    show: Callable[[Any, Any], Shown]
    #: Called once, with (session, record, answer), in the transaction that keeps the answer; none where the
    #: link only shows something.
    answer: Callable[[Any, Any, Answer], None] | None = None
    #: Called with (session, record, name of the file, contents) for a file that somebody brings before
    #: answering; what it raises as UserError stands on the page.
    take: Callable[[Any, Any, str, bytes], None] | None = None


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
        take: Callable[[Any, Any, str, bytes], None] | None = None,
        model: str = "",
    ) -> None:
        """Declare a question, or what is merely shown where there is no `answer`.

        `take` is given the files that people bring, where `show` says that they may.
        `model` is that of its records, the purpose's own name unless said.
        """
        self.declared[name] = Purpose(model or name, show, answer, take)
