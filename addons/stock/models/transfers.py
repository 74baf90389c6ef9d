"""Transfers and the moves on them: nothing else changes what is in stock."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy import inspect as orm_inspect
from sqlalchemy.orm import Mapped, mapped_column, object_session

from addons.stock.services import cancelling, choosing, creation, doing, reservation, revaluing
from addons.stock.services.errors import StockError
from addons.stock.services.places import complete
from core import m
from core.db import Line, Quantity, UnitPrice, search_index
from core.i18n import _
from core.models import Model, relationship
from core.records.models import CompanyOwned

TRANSFER_KINDS = ("receipt", "delivery", "return", "move", "count", "scrap")
TRANSFER_STATES = ("draft", "done", "cancelled")
MOVE_STATES = ("planned", "reserved", "done", "cancelled")


class Transfer(CompanyOwned, Model):
    """The paper of its moves: a receipt, a delivery, a return, a count, scrap, a move between places."""

    _name = "stock.transfer"
    _title = "Transfer"
    _label = "number"

    kind: Mapped[str] = mapped_column(Text, server_default="delivery")
    number: Mapped[str | None] = mapped_column(Text)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"), index=True)
    #: The day that it is due, and the day that it was done.
    planned: Mapped[dt.date]
    date: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    #: The partner's number: of an order, of a delivery note.
    reference: Mapped[str] = mapped_column(Line, server_default="")
    #: Where its moves go from and to, unless one says otherwise.
    from_id: Mapped[int] = mapped_column(ForeignKey("stock_location.id", ondelete="RESTRICT"))
    to_id: Mapped[int] = mapped_column(ForeignKey("stock_location.id", ondelete="RESTRICT"))
    #: The transfer that this one is the rest of.
    rest_of_id: Mapped[int | None] = mapped_column(ForeignKey("stock_transfer.id", ondelete="RESTRICT"))
    #: What it wrote to the ledger; nothing where it left the value as it was.
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )

    partner = relationship("partner")
    entry = relationship("accounting.entry")
    source = relationship("stock.location", foreign_keys="StockTransfer.from_id")
    target = relationship("stock.location", foreign_keys="StockTransfer.to_id")
    rest_of = relationship("stock.transfer", remote_side="StockTransfer.id")
    moves = relationship(
        "stock.move",
        back_populates="transfer",
        order_by="StockMove.position, StockMove.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    def _before_write(self) -> None:
        if None in (self.from_id, self.to_id):
            complete(object_session(self), self)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"kind IN {TRANSFER_KINDS}", name="kind_known"),
            CheckConstraint(f"state IN {TRANSFER_STATES}", name="state_known"),
            CheckConstraint(
                "state <> 'done' OR (number IS NOT NULL AND date IS NOT NULL)", name="done_is_complete"
            ),
            CheckConstraint("from_id <> to_id", name="goes_somewhere"),
            Index(None, "company_id", "planned", "id"),
            Index(None, "rest_of_id", postgresql_where="rest_of_id IS NOT NULL"),
            search_index("stock_transfer", "number", "reference"),
        )

    @classmethod
    def create(cls, session: Any, transfers: Sequence[Any]) -> list[int]:
        """Write and number drafts, `TransferDraft`s or unsaved records; returns their ids."""
        return creation.create(session, transfers)

    @classmethod
    def reserve(cls, session: Any, transfers: Iterable[Any]) -> Mapping[int, Decimal]:
        """Reserve what there is for drafts, records or ids; returns what each move lacks, by its id."""
        return reservation.reserve(session, transfers)

    @classmethod
    def choose(
        cls, session: Any, moves: Sequence[Any], shelves: Sequence[choosing.Shelf]
    ) -> Mapping[int, list[choosing.Taking]]:
        """Say from which shelves each move takes, by its id; addons with rules of their own override this."""
        return choosing.choose(moves, shelves)

    @classmethod
    def release(cls, session: Any, transfers: Iterable[Any]) -> None:
        """Give back what was reserved for drafts."""
        reservation.release(session, transfers)

    @classmethod
    def do(cls, session: Any, transfers: Iterable[Any], on: dt.date | None = None) -> Mapping[int, int]:
        """Move what is reserved or comes in, today or on a day; returns the transfers of what is left over.

        The ids of those are given by the transfer that each is the rest of.
        """
        return doing.do(session, transfers, on)

    @classmethod
    def cancel(cls, session: Any, transfers: Iterable[Any]) -> None:
        """Give drafts up, with what was reserved for them."""
        cancelling.cancel(session, transfers)


class Move(CompanyOwned, Model):
    """So much of a part goes from a place to another; once done it never changes."""

    _name = "stock.move"
    _title = "Move"
    _label = "id"
    _audited = False

    transfer_id: Mapped[int] = mapped_column(ForeignKey("stock_transfer.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer, server_default="1")
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("stock_lot.id", ondelete="RESTRICT"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    #: How much of it is done, where it is not all; a draft's only.
    picked: Mapped[Decimal | None] = mapped_column(Quantity)
    from_id: Mapped[int] = mapped_column(ForeignKey("stock_location.id", ondelete="RESTRICT"))
    to_id: Mapped[int] = mapped_column(ForeignKey("stock_location.id", ondelete="RESTRICT"))
    state: Mapped[str] = mapped_column(Text, server_default="planned")
    #: The day that it is due, or was done.
    date: Mapped[dt.date]
    #: What one unit of an arriving part costs, in the company's currency; else what the part costs.
    unit_cost: Mapped[Decimal | None] = mapped_column(UnitPrice)
    #: The move that this one brings back.
    returns_id: Mapped[int | None] = mapped_column(ForeignKey("stock_move.id", ondelete="RESTRICT"))
    #: The move that reservation has taken this one off, since one lot was not enough.
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("stock_move.id", ondelete="SET NULL"))
    #: What reservation has chosen, and nobody asked for: free again when it is released.
    is_lot_chosen: Mapped[bool] = mapped_column(server_default="false")
    is_place_chosen: Mapped[bool] = mapped_column(server_default="false")

    transfer = relationship("stock.transfer", back_populates="moves")
    product = relationship("product")
    lot = relationship("stock.lot")
    source = relationship("stock.location", foreign_keys="StockMove.from_id")
    target = relationship("stock.location", foreign_keys="StockMove.to_id")

    def _before_write(self) -> None:
        if self.state in (None, "planned"):
            self._follow_transfer()
        elif any(self._is_changed(name) for name in ("product_id", "lot_id", "quantity")):
            raise StockError(_("Release what is reserved before you change the line."))

    def _follow_transfer(self) -> None:
        # A new line that knows its transfer by the id alone does not load it by itself.
        session = object_session(self)
        transfer = self.transfer or (session and session.get(m.StockTransfer, self.transfer_id))
        if transfer:
            self.from_id, self.to_id = self.from_id or transfer.from_id, self.to_id or transfer.to_id
            self.date = transfer.planned

    def _is_changed(self, name: str) -> bool:
        return bool(orm_inspect(self).attrs[name].history.has_changes())

    @classmethod
    def revalue(
        cls,
        session: Any,
        changes: Sequence[revaluing.CostChange],
        kind: str,
        on: dt.date | None = None,
        narration: str = "",
    ) -> list[revaluing.Effect]:
        """Let received moves cost more or less, with all that followed from them, today or on a day.

        `kind` is one of VALUE_KINDS, such as `repricing`; returns what it did, move by move.
        Raises StockError.
        """
        return revaluing.revalue(session, changes, kind, on, narration)

    @classmethod
    def cost_accounts(
        cls, session: Any, costs_of: Mapping[int, tuple[Decimal, Decimal]], unit: Decimal
    ) -> dict[int, dict[str, Decimal]]:
        """Where a change of the cost of shipped moves stands, by the purpose of the account.

        `costs_of` has what each move to a customer cost and costs now; moves that came back have a minus.
        `unit` is the smallest amount.
        """
        return {move: {"goods_shipped": after - before} for move, (before, after) in costs_of.items()}

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"state IN {MOVE_STATES}", name="state_known"),
            CheckConstraint("quantity > 0", name="quantity_positive"),
            CheckConstraint("picked BETWEEN 0 AND quantity", name="picked_within_quantity"),
            CheckConstraint("unit_cost >= 0", name="unit_cost_not_negative"),
            CheckConstraint("from_id <> to_id", name="goes_somewhere"),
            Index(None, "transfer_id", "position", "id"),
            Index(None, "product_id", "date", "id"),
            Index(None, "company_id", "date", "id"),
            Index(
                "ix_stock_move_open",
                "product_id",
                "date",
                postgresql_where="state IN ('planned', 'reserved')",
            ),
            Index(None, "returns_id", postgresql_where="returns_id IS NOT NULL"),
            Index(None, "split_from_id", postgresql_where="split_from_id IS NOT NULL"),
        )
