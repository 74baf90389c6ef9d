"""Screens as data: lists and forms are trees of named nodes that other addons change by name.

    screens = Screens()                                            # addons/sales/screens.py
    screens.list("sales.order.list", model="sales.order", title=_l("Orders"),
                 columns=["number", "date", "partner_id"], search=["number"], order="-date")
    screens.form("sales.order.form", model="sales.order", title=_l("Order"),
                 nodes=[Section("main", Field("partner_id"), Field("date"))])

    screens.extend("sales.order.form").after("partner_id", Field("price_list_id"))     # addons/pricing

A node is found by its name; what stands in a grid, among the filters or the actions has the name of that
container in front (`lines.part_id`, `filters.state`, `actions.archive`). Nothing is changed where it was
declared: each app composes its own copies, so that two apps of one process can hold two sets of addons.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Self

#: A text, or one that is translated where it is shown.
Text = Any
#: Takes the record and says yes or no.
Condition = Callable[[Any], bool]


class ScreenError(Exception):
    """A screen that cannot be composed; the text names the addon, the screen and what there is instead."""


@dataclass(frozen=True)
class Change:
    """What an addon other than the declaring one did to a node."""

    addon: str
    what: str


@dataclass
class Node:
    """A named place in a screen."""

    kind: ClassVar[str] = "node"
    #: Whether its children carry its name in front of their own.
    qualifies: ClassVar[bool] = False

    name: str
    addon: str = field(default="", init=False)
    changes: list[Change] = field(default_factory=list, init=False)
    nodes: list["Node"] = field(default_factory=list, init=False)

    def clone(self) -> Self:
        """A copy of this node and all below it; texts and functions are shared."""
        twin = copy(self)
        twin.changes = list(self.changes)
        twin.nodes = [node.clone() for node in self.nodes]
        return twin

    def take(self, nodes: Sequence["Node | str"]) -> list["Node"]:
        """The nodes as this container holds them: a bare name becomes a field."""
        return [Field(node) if isinstance(node, str) else node for node in nodes]


@dataclass(frozen=True)
class Narrowing:
    """Which related records are offered, by fields of the document as they stand on the page.

    `where` builds the condition from the model of the offered records and the values of those fields, None
    for what is empty: `lambda item, values: item.partner_id == values["partner_id"]`.
    """

    by: Sequence[str]
    where: Callable[[Any, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Named:
    """A record that is called so by more than its own columns: `key` is its id, `name` how it is called."""

    text: str
    key: int
    name: str
    #: Whether it is called exactly so, and doesn't merely begin so.
    exact: bool


@dataclass(frozen=True)
class Offers:
    """What an addon adds wherever forms offer records of a model, of whichever addon the form is.

    Both functions are called once for all records or texts, with (session, …, values): `shows` with the ids
    on offer answers what stands beside each, by id; `finds` with texts, one that is being typed or all of a
    paste, answers whose names they are. `values` are the fields `by` of the form, None where one is empty or
    the form has none of that name.
    """

    model: str
    by: Sequence[str] = ()
    shows: Callable[[Any, Sequence[Any], Mapping[str, Any]], Mapping[Any, Any]] | None = None
    finds: Callable[[Any, Sequence[str], Mapping[str, Any]], Sequence[Named]] | None = None
    #: Who gets it; empty for everybody who may choose such records.
    permission: str = ""


@dataclass(frozen=True)
class Filling:
    """Lines that the server makes from what the document holds: offered below its grid by a button.

    `rows` is called with (session, values) and answers the values of each line.
    """

    label: Text
    rows: Callable[[Any, Mapping[str, Any]], Sequence[Mapping[str, Any]]]


@dataclass
class Column(Node):
    """A column of a list or of a grid: a field of the record, or what `value` computes in SQL."""

    kind: ClassVar[str] = "column"

    label: Text = ""
    #: Builds the SQL expression from the model, for what is no field of it.
    value: Callable[[Any], Any] | None = None
    #: How an expression is shown: `money`, `quantity`, `date`, ...; a field knows it by its column.
    #: `phrase` is a name that was shipped in English: it is shown translated.
    show: str = ""
    #: Whether it shows without being asked for.
    shown: bool = True
    sortable: bool = True
    #: The texts of the values of a state.
    choices: Mapping[str, Text] | None = None
    #: The column with the ISO code of an amount; left out, `currency_code` where the model has one.
    currency: str = ""
    #: In a grid: shown, never typed into.
    readonly: bool = False
    #: In a grid whose cells are marked: said with the notes of the line, by Alt+I.
    told: bool = False
    #: In a grid: what suggestions of a related record show of it besides its label: columns of its model, by
    #: name or with a `value`.
    choice_columns: Sequence["str | Column"] = ()
    #: In a grid: which records are offered, by what the document holds: see `Narrowing`.
    narrowed: "Narrowing | None" = None
    #: In a list: may be changed in its cell, by way of the field of the same name in the list's form.
    editable: bool = False


@dataclass
class Filter(Node):
    """A way to narrow a list: by a field, or by a named condition (`where`)."""

    kind: ClassVar[str] = "filter"

    label: Text = ""
    #: Builds the condition from the model; it then shows as a switch.
    where: Callable[[Any], Any] | None = None
    choices: Mapping[str, Text] | None = None


@dataclass
class Field(Node):
    """A field of the record in a form."""

    kind: ClassVar[str] = "field"

    label: Text = ""
    help: Text = ""
    required: bool | None = None
    readonly: bool | Condition = False
    visible: Condition | None = None
    #: Whether it can be changed though the form is read-only, such as the reason why something is let go.
    stays_open: Condition | None = None
    choices: Mapping[str, Text] | None = None
    #: Condition on the choices of a related record, built from its model.
    where: Callable[[Any], Any] | None = None
    #: `text` becomes an area of several lines.
    multiline: bool = False
    #: How a value is shown that is no input, where its column does not say it: `text` for a record's number.
    #: `phrase`, in an input too, is a name that was shipped in English: it is shown translated.
    show: str = ""
    wide: bool = False
    #: Whether it follows from what is typed, by the form's `derive`: it then shows on a new record too.
    derived: bool = False
    #: What suggestions of a related record show of it besides its label: columns of its model.
    choice_columns: Sequence[str | Column] = ()
    #: Which related records are offered, by what else the form holds.
    narrowed: Narrowing | None = None


@dataclass(init=False)
class Section(Node):
    """A group of fields with a heading."""

    kind: ClassVar[str] = "section"

    title: Text = ""
    visible: Condition | None = None

    def __init__(self, name: str, *nodes: Node | str, title: Text = "", visible: Condition | None = None):
        super().__init__(name)
        self.title, self.visible = title, visible
        self.nodes = self.take(nodes)


@dataclass
class Grid(Node):
    """The lines of a document, edited in place."""

    kind: ClassVar[str] = "grid"
    qualifies: ClassVar[bool] = True

    model: str = ""
    columns: Sequence[Node | str] = ()
    title: Text = ""
    #: The column of the line that points to the record; found by itself when there is only one.
    parent: str = ""
    order: str = ""
    readonly: bool | Condition = False
    visible: Condition | None = None
    #: Columns of which each line fills in one at least; empty where a line may be blank.
    filled: Sequence[str] = ()
    #: Lines that follow from the document, for whoever asks for them.
    filling: Filling | None = None
    #: Whether what follows marks cells, so that it is asked when the form opens too: see `Mark`.
    marked: bool = False

    def __post_init__(self) -> None:
        self.nodes = self.take(self.columns)

    def take(self, nodes: Sequence[Node | str]) -> list[Node]:
        """Bare names are columns here."""
        return [Column(node) if isinstance(node, str) else node for node in nodes]


@dataclass
class LinePanel(Node):
    """What may be chosen for a line of a grid: it stands among the nodes of the grid.

    A badge on the line, or Alt and `key`, opens it in a dialog: the page at `endpoint`, which gets the line's
    id as `line_id`. There the arrows move between buttons with `data-option`, Enter takes one, Esc closes.
    What is not saved yet is saved first.
    """

    kind: ClassVar[str] = "line panel"

    label: Text = ""
    #: A letter that is pressed with Alt.
    key: str = ""
    endpoint: str = ""
    permission: str = ""
    #: Called with (session, record): the badge of each line that has something to choose, by the line's id.
    badges: Callable[[Any, Any], Mapping[int, Text]] = lambda _session, _record: {}
    #: Called with (session, values, lines) of a form with `derive`, as they are typed: the badge of each line
    #: that would have something to choose, by its place. A line has its saved `record`, where there is one.
    typed: Callable[[Any, Any, Any], Mapping[int, Text]] | None = None


@dataclass
class Button(Node):
    """An act on the record. Only what a screen declares can be called at all.

    `action` is a function `(session, record) -> message | None`, the same as text
    (`addons.sales.services:confirm`), the name of a method of the record (`confirm`), or the endpoint of a
    page (`sales.order_pdf`).
    """

    kind: ClassVar[str] = "button"

    label: Text = ""
    action: str | Callable[..., Any] = ""
    permission: str = ""
    visible: Condition | None = None
    #: `primary` for the next step, `danger` for what cannot be taken back.
    style: str = ""
    #: Asked before it is done; a function says it of the record, with its total.
    confirm: Text | Callable[[Any], Text] = ""
    #: Of an endpoint: a page that is opened (`get`) or an act (`post`).
    method: str = "post"
    #: Whether lists of the model offer it for many records at once; a condition, built from the model, says
    #: for which, as `visible` says it of one.
    bulk: bool | Callable[[Any], Any] = False


@dataclass
class Act(Node):
    """An act for programs alone, which asks for more than its record: people have a page of their own for it.

    It stands among the nodes of a form, where no page shows it. `takes` is a frozen dataclass of what is
    given, each field with its label: `line_id: int = argument(_l("Line"))`. Fields are whole numbers, texts,
    days, yes or no, decimals (`Quantity`, `Price`), a `GivenFile`, or a tuple of a dataclass such as this;
    what has a default may be left out.
    """

    kind: ClassVar[str] = "act"

    label: Text = ""
    #: Called with (session, record, given); returns what is said of it.
    action: Callable[[Any, Any, Any], Any] = lambda _session, _record, _given: None
    takes: Any = None
    permission: str = ""
    #: Called with (session, None, given): it makes records of the model, and returns their ids.
    makes: bool = False


@dataclass
class BulkAction(Button):
    """An act that a list offers for many records, and their form does not; `action` takes each record."""

    kind: ClassVar[str] = "bulk action"

    bulk: bool | Callable[[Any], Any] = True
    #: The act of the same list that takes it back; empty where nothing does.
    undo: str = ""


@dataclass
class SetField(Node):
    """Lets a list give many records the same value of a field of their form."""

    kind: ClassVar[str] = "set field"


@dataclass
class Part(Node):
    """A piece of template of the addon's own; it gets `record`, `screen`, `actor` and what `read` says."""

    kind: ClassVar[str] = "part"

    template: str = ""
    #: Called with (session, record); the template has its answer as `data`.
    read: Callable[[Any, Any], Any] | None = None
    visible: Condition | None = None


@dataclass(frozen=True)
class Fact:
    """What a record comes to, in one line of its strip: an amount, or a text."""

    label: Text
    amount: Decimal | None = None
    currency: str = ""
    text: str = ""
    #: The records behind it.
    link: str = ""
    #: `bad` where somebody has to act, `good` where nobody has any more.
    tone: str = ""


@dataclass
class Facts(Node):
    """A strip of what a record comes to, such as its balance, called with (session, record)."""

    kind: ClassVar[str] = "facts"

    read: Callable[[Any, Any], Sequence[Fact]] | None = None
    visible: Condition | None = None


class Columns(Node):
    """What a list shows."""

    kind = "columns"

    def take(self, nodes: Sequence[Node | str]) -> list[Node]:
        return [Column(node) if isinstance(node, str) else node for node in nodes]


class Filters(Node):
    """What narrows a list."""

    kind = "filters"
    qualifies = True

    def take(self, nodes: Sequence[Node | str]) -> list[Node]:
        return [Filter(node) if isinstance(node, str) else node for node in nodes]


class Actions(Node):
    """What a list does with many records."""

    kind = "actions"
    qualifies = True

    def take(self, nodes: Sequence[Node | str]) -> list[Node]:
        return [SetField(node) if isinstance(node, str) else node for node in nodes]


@dataclass
class Screen(Node):
    """A whole page."""

    model: str = ""
    title: Text = ""


@dataclass
class ListScreen(Screen):
    """A list of records."""

    kind: ClassVar[str] = "list"

    #: Columns that the search box looks in.
    search: Sequence[str] = ()
    #: `-date` is newest first.
    order: str = "-id"
    group_by: Sequence[str] = ()
    #: The form that a row opens; left out, the form of the same model.
    form: str = ""
    #: Where a row leads instead, followed by its id: a page that is no form.
    address: str = ""
    #: What belongs here, said when there is nothing.
    empty: Text = ""
    #: Where its records come from when nobody makes them here: a label, and a list or the endpoint of a page.
    source: tuple[Text, str] | None = None
    #: Whether "New" is offered to those who may write.
    create: bool = True
    #: Whether Ctrl+K looks in it: not where records are called by the name of another one, as
    #: lines of documents are.
    palette: bool = True
    #: Condition on every row, built from the model.
    where: Callable[[Any], Any] | None = None

    @property
    def columns(self) -> list[Column]:
        """The columns, in order."""
        return [n for n in self.nodes[0].nodes if isinstance(n, Column)]

    @property
    def filters(self) -> list[Filter]:
        """The filters, in order."""
        return [n for n in self.nodes[1].nodes if isinstance(n, Filter)]

    @property
    def actions(self) -> list[BulkAction | SetField]:
        """What it does with many records, besides the buttons of their form that say `bulk`."""
        return [n for n in self.nodes[2].nodes if isinstance(n, BulkAction | SetField)]


@dataclass
class FormScreen(Screen):
    """One record."""

    kind: ClassVar[str] = "form"

    #: Whether the record has no edit control, such as a posted document.
    readonly: Condition | None = None
    #: Called with (session, record) after the values are set; those of a form with grids are written by then.
    on_save: Callable[[Any, Any], None] | None = None
    #: The same, called with (session, record, was), where it matters what was changed: what each field held
    #: before, and what became of the lines of each grid; nothing for a new record.
    on_change: Callable[[Any, Any, Mapping[str, Any]], None] | None = None
    #: What follows from what is typed, called with (session, values, lines): see `core.screens.forms.derive`.
    derive: Callable[[Any, Any, Any], Any] | None = None
    #: Values of a new record, called with (session).
    defaults: Callable[[Any], dict[str, Any]] | None = None
    create: bool = True
    #: What a new record is called, where that is not the title: an order begins as a quotation.
    new_title: Text = ""
    #: Whether it offers to delete a record that may be changed, to those who may.
    delete: bool = True
    #: Fields that stand beside the title of a record, such as its partner, its state and its total.
    head: Sequence[str] = ()
    #: Whether the form lists the record's mails itself: the panel beside it then leaves them out.
    own_mail_log: bool = False


@dataclass(frozen=True)
class Place:
    """Where a node stands."""

    name: str
    node: Node
    parent: Node
    depth: int


def walk(node: Node, prefix: str = "", depth: int = 0) -> Iterator[Place]:
    """All nodes below, each with the name that it is found by."""
    for child in node.nodes:
        name = prefix + child.name
        yield Place(name, child, node, depth)
        yield from walk(child, f"{name}." if child.qualifies else prefix, depth + 1)


def describe(screen: Screen) -> list[tuple[int, str, str, str, list[str]]]:
    """For each node (depth, kind, name, addon, what other addons did to it, in order)."""
    return [
        (p.depth, p.node.kind, p.name, p.node.addon, [f"{c.addon}: {c.what}" for c in p.node.changes])
        for p in walk(screen)
    ]
