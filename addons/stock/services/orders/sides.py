"""In what orders of customers and orders to suppliers differ."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from flask_babel import LazyString
from sqlalchemy import TextClause, text

from addons.stock.services.drafts import MoveDraft
from core import m
from core.db import AnySession
from core.errors import UserError
from core.models.fragment import class_name, table_name


@dataclass(frozen=True)
class Words:
    """What a side refuses, in its own words; each is a sentence that says what to do."""

    no_quantity: LazyString
    #: There is no rest to give up.
    nothing_open: LazyString
    #: Something of `number` has moved or is booked.
    has_begun: LazyString
    #: Line `position` is to go below what is `done`.
    below_done: LazyString
    #: Line `position` is booked, and its price is to change.
    price_is_booked: LazyString
    #: Why it is let go was not said.
    no_reason: LazyString
    #: What is to be returned has never moved.
    never_moved: LazyString


class Side(ABC):
    """One side of the trade: names, permissions, and what it says and does beyond what both do."""

    #: The addon whose models `order`, `order_line`, `change` and `schedule` these are.
    addon: ClassVar[str]
    error: ClassVar[type[UserError]]
    draft: ClassVar[type[Any]]
    #: The state before an order is confirmed.
    open_state: ClassVar[str]
    #: The column of lines that says how much has moved, and that of moves which names the line.
    moved: ClassVar[str]
    key: ClassVar[str]
    #: How much of a line `l` is invoiced or billed, as SQL.
    booked: ClassVar[str]
    #: The kind of transfer that moves it, and whether goods go out by it.
    transfer: ClassVar[str]
    goes_out: ClassVar[bool]
    #: Which open moves `v` of transfers `t` may be taken off the plan, as SQL.
    movable: ClassVar[str] = "true"
    #: What else follows when the orders `:ids` are confirmed, in the same statement: a WITH of SQL.
    with_confirming: ClassVar[str] = ""
    #: The permissions to write, confirm, let go what is held, and move.
    write: ClassVar[str]
    confirm: ClassVar[str]
    release: ClassVar[str]
    move: ClassVar[str]
    #: What the audit calls letting go what is held, and the columns of why, by whom and when.
    release_act: ClassVar[str]
    released: ClassVar[tuple[str, str, str]]
    words: ClassVar[Words]

    @property
    def name(self) -> str:
        """The name of the model."""
        return f"{self.addon}.order"

    @property
    def cls(self) -> Any:
        """The model."""
        return getattr(m, class_name(self.name))

    @property
    def line_cls(self) -> Any:
        """The model of its lines."""
        return getattr(m, class_name(f"{self.name}_line"))

    @property
    def change_cls(self) -> Any:
        """The model of what was changed of it."""
        return getattr(m, class_name(f"{self.addon}.change"))

    @property
    def schedule_cls(self) -> Any:
        """The model of call-offs."""
        return getattr(m, class_name(f"{self.addon}.schedule"))

    def sql(self, statement: str) -> TextClause:
        """A statement that names tables (`{order}`, `{change}`…) and columns of `Side` in braces."""
        return _statement(type(self), statement)

    def forget(self, session: AnySession) -> None:
        """Let orders that the session holds be read anew: triggers keep what became of their lines."""
        kinds = (self.cls, self.line_cls)
        for held in [one for one in session.identity_map.values() if isinstance(one, kinds)]:
            session.expire(held)

    @abstractmethod
    def partners(self, session: AnySession, ids: Sequence[int]) -> Mapping[int, Any]:
        """Rows of partners with `company_id`, `currency` and what else orders take from them, by id."""

    @abstractmethod
    def complete(self, session: AnySession, order: Any, partner: Any) -> None:
        """Give an order what its partner has agreed; refuses partners that can't have one, and None."""

    @abstractmethod
    def complete_lines(
        self, session: AnySession, lines: Sequence[tuple[Any, Any]], partners: Mapping[int, Any]
    ) -> None:
        """Give lines, beside their orders, what only this side knows."""

    @abstractmethod
    def refuse(self, session: AnySession, orders: Sequence[int]) -> None:
        """Refuse to confirm orders for what only this side knows."""

    @abstractmethod
    def holds_of(self, session: AnySession, rows: Sequence[Any]) -> Mapping[int, str]:
        """Why orders wait for a second role, by their ids."""

    @abstractmethod
    def booked_of(self, line: Any) -> Decimal:
        """How much of a line is invoiced or billed."""

    @abstractmethod
    def line_move(
        self, product_id: int | None, quantity: Decimal, line_id: int, returns_id: int | None = None
    ) -> MoveDraft:
        """A move for a line."""

    @abstractmethod
    def paper_number(self, row: Any) -> str:
        """What a transfer is known by, of a row with `number` and the order's `reference`."""

    @abstractmethod
    def changed(self, line: Any, names: Sequence[str]) -> None:
        """What else follows when these attributes of a confirmed line were changed."""


@cache
def _statement(side: type[Side], statement: str) -> TextClause:
    table = table_name(f"{side.addon}.order")
    names = {"order": table, "line": f"{table}_line"}
    names |= {name: f"{side.addon}_{name}" for name in ("schedule", "change")}
    columns = {name: getattr(side, name) for name in ("moved", "key", "booked", "movable", "with_confirming")}
    why = dict(zip(("why", "who", "when"), side.released, strict=True))
    return text(statement.format(**names, **columns, **why))
