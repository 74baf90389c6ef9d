"""What programs give with an act, as the fields of its dataclass say: see `tree.Act`."""

from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints


@dataclass(frozen=True)
class Digits:
    """How many digits a decimal may have before its point and behind it."""

    whole: int
    scale: int


#: As columns of these kinds are kept.
Quantity = Annotated[Decimal, Digits(14, 4)]
Price = Annotated[Decimal, Digits(12, 6)]


@dataclass(frozen=True)
class GivenFile:
    """A file that a program gives with an act."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class Argument:
    """One value that an act asks for."""

    name: str
    type: Any
    label: Any
    #: Of a decimal.
    digits: Digits | None
    required: bool
    #: Whether it may be null.
    nullable: bool
    #: Whether it is a list of `type`.
    many: bool

    @property
    def nests(self) -> bool:
        """Whether a value has fields of its own."""
        return is_dataclass(self.type) and self.type is not GivenFile


def argument(label: Any, **options: Any) -> Any:
    """A field of such a dataclass, with what it is called; `options` are those of `dataclasses.field`."""
    return field(metadata={"label": label}, **options)


@cache
def arguments_of(takes: Any) -> list[Argument]:
    """What a dataclass asks for, field by field; raises TypeError for one without its label or digits."""
    hints = get_type_hints(takes, include_extras=True)
    return [_argument(one, hints[one.name]) for one in fields(takes)]


def _argument(one: Any, hint: Any) -> Argument:
    if "label" not in one.metadata:
        raise TypeError(f"{one.name} has no label: write it as argument(_l(…))")
    options = [part for part in get_args(hint) if part is not type(None)]
    nullable = type(None) in get_args(hint)
    inner = options[0] if nullable else hint
    many = get_origin(inner) is tuple
    kind, digits = _kind(get_args(inner)[0] if many else inner)
    if kind is Decimal and digits is None:
        raise TypeError(f"{one.name} has no digits: make it a Quantity or a Price")
    required = one.default is MISSING and one.default_factory is MISSING
    return Argument(one.name, kind, one.metadata["label"], digits, required, nullable, many)


def _kind(hint: Any) -> tuple[Any, Digits | None]:
    if get_origin(hint) is not Annotated:
        return hint, None
    kind, *rest = get_args(hint)
    return kind, next((one for one in rest if isinstance(one, Digits)), None)
