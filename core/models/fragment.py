"""What an addon writes: plain, unmapped classes.

    class SalesOrder(Model):                      # addons/sales/models.py
        _name = "sales.order"

    class SalesOrder(sales.SalesOrder):           # addons/pricing/models.py extends it
        price_list_id: Mapped[int | None] = mapped_column(ForeignKey("price_list.id"))

A fragment is never queried or instantiated; the application's composed class is `m.SalesOrder`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from core.db.bulk import copy_rows


@dataclass(frozen=True)
class RelationshipSpec:
    """A relationship that is built when the application is composed."""

    target: str
    options: dict[str, Any] = field(default_factory=dict)


def relationship(target: str, **options: Any) -> Any:
    """Relate to the model `target`, given by its name (`"sales.order"`).

    `options` go to `sqlalchemy.orm.relationship`; class names inside them are the composed ones
    (`order_by="SalesOrderLine.position"`). Give no annotation: there is no class to name yet.
    """
    return RelationshipSpec(target, options)


class Model:
    """Base of every fragment."""

    #: The trade name, `addon.thing`; the table is `addon_thing` and the class `AddonThing`.
    _name: ClassVar[str]
    #: What a person calls one such record; translated where it is shown.
    _title: ClassVar[str] = ""
    #: The attribute that names a record in a list of choices.
    _label: ClassVar[str] = "name"
    #: Further columns that people know a record by: a list finds its rows by them, too.
    _known_by: ClassVar[tuple[str, ...]] = ()
    #: Whether that is a name that addons ship in English: it is shown translated unless somebody changed it.
    _label_shipped: ClassVar[bool] = False
    #: What forms ask for and no column keeps, such as why something is changed: texts, of plain attributes.
    _asked: ClassVar[tuple[str, ...]] = ()
    #: Whether each change leaves an audit event; no for rows that only machines write.
    _audited: ClassVar[bool] = True

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-100)

    @classmethod
    def create(cls, session: Any, records: Sequence[Any]) -> list[int]:
        """Write new records and return their ids; forms and the API make theirs by it, a set at a time."""
        session.add_all(records)
        session.flush()
        return [record.id for record in records]

    @classmethod
    def _bulk(cls, session: Any, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write many rows at once, past the ORM: an addon whose column a batch must fill overrides this."""
        copy_rows(session, cls.__table__, rows)  # type: ignore[attr-defined]  # the composed class has a table


def table_name(name: str) -> str:
    """`sales.order` → `sales_order`."""
    return name.replace(".", "_")


def class_name(name: str) -> str:
    """`sales.order_line` → `SalesOrderLine`."""
    return "".join(part.title() for part in table_name(name).split("_"))
