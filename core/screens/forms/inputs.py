"""WTForms fields for mapped columns: each reads and writes what people of the locale write."""

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

from flask_babel import to_user_timezone, to_utc
from markupsafe import Markup, escape
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.fields.core import Field as WTField
from wtforms.utils import unset_value
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

from core.db.types import Line, Prose
from core.i18n import _, _l, locale_code
from core.screens.fields import FieldInfo, choice_text, label_of, number_text
from core.screens.numbers import NotANumberError, parse_decimal
from core.screens.tree import Field

MISSING = _l("Fill in this field.")

_DECIMALS = {
    "money": (2, 2),
    "price": (2, 6),
    "quantity": (0, 4),
    "rate": (0, 6),
    "exchange_rate": (0, 10),
    "integer": (0, 0),
}


#: Characters of a text whose column names no length: a line, and paragraphs.
LONGEST_LINE, LONGEST_TEXT = Line.longest, Prose.longest
#: Digits that no key has.
LONGEST_ID = 19


class NumberField(StringField):
    """A number in the user's own notation, exact to `scale` decimals."""

    data: Any

    def __init__(self, *args: Any, scale: int = 2, least: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scale, self.least = scale, least

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the text; the message of what cannot be read says how to write it."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = self.read(valuelist[0])
            except NotANumberError as error:
                raise ValueError(str(error)) from error

    def read(self, text: str) -> Decimal | int:
        """The number that this text is here; raises NotANumberError."""
        number = parse_decimal(text, locale_code(), self.scale)
        return int(number) if self.scale == 0 else number

    def _value(self) -> str:
        # raw_data wins: after an error the user sees what was typed.
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else number_text(self.data, locale_code(), self.least, self.scale)


class RefField(WTField):
    """A related record: its key hidden, its label in a search box."""

    def __init__(
        self, *args: Any, info: FieldInfo, url: str = "", narrowed_by: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.info, self.url, self.narrowed_by = info, url, narrowed_by
        #: The label, filled in for all fields of a page at once.
        self.text = ""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Keep the typed text as well, in case it names no record."""
        super().process(formdata, data, extra_filters)
        self.text = formdata.get(f"{self.name}.text", "").strip() if formdata else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the key."""
        value = valuelist[0].strip() if valuelist else ""
        if value and self.info.target_column == "id":
            if not (value.isascii() and value.isdigit() and len(value) < LONGEST_ID):
                raise ValueError(_("Choose a record from the list."))
            self.data = int(value)
        else:
            self.data = value or None

    def pre_validate(self, form: Any) -> None:
        """Text that names no record is refused, never dropped."""
        if self.data is None and self.text:
            raise ValidationError(_("“%(text)s” names no record: choose one from the list.", text=self.text))

    def widget(self, field: Any, **kwargs: Any) -> Markup:
        """Two inputs; `combobox.js` gives the second its list."""
        text_attributes = {
            "type": "text",
            "id": kwargs.pop("id", self.id),
            "name": f"{self.name}.text",
            "value": self.text,
            "role": "combobox",
            "aria-expanded": "false",
            "aria-autocomplete": "list",
            "autocomplete": "off",
            "data-choices": self.url,
            "data-narrowed": " ".join(self.narrowed_by) or False,
            **{key.rstrip("_"): value for key, value in kwargs.items()},
        }
        key = "" if self.data is None else self.data
        shown = " ".join(
            f'{name}="{escape(value)}"' for name, value in text_attributes.items() if value is not False
        )  # a False one is left out, as WTForms does
        return Markup(  # noqa: S704  # every value in it is escaped
            f'<span class="refbox"><input type="hidden" name="{escape(self.name)}" value="{escape(key)}">'
            f"<input {shown}></span>"
        )


class DayField(DateField):
    """A day; browsers send it as ISO writes it, whatever they show."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, and say how to write what cannot be read."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Give a day, such as 2026-03-31.")) from error


class PhraseField(StringField):
    """A name that was shipped in English: shown translated, and kept as it is where nobody changes that."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """What was typed, unless it is the translation of what is stored."""
        super().process_formdata(valuelist)
        if self.object_data and self.data == _(self.object_data):
            self.data = self.object_data

    def _value(self) -> str:
        return _(self.data) if self.data and self.data == self.object_data else str(self.data or "")


class MomentField(DateTimeLocalField):
    """A day and a time in the user's own zone."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, and say how to write what cannot be read."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Give a day and a time, such as 2026-03-31 14:30.")) from error
        if self.data is not None:
            self.data = to_utc(self.data).replace(tzinfo=UTC)

    def process_data(self, value: Any) -> None:
        """Show a stored moment in the user's zone."""
        self.data = to_user_timezone(value) if value is not None else None


class ChoiceField(SelectField):
    """One of the values that the database allows."""

    def pre_validate(self, form: Any) -> None:
        """Refuse others in our words."""
        offered: Any = self.choices
        if self.data not in {choice.value for choice in offered}:
            raise ValidationError(_("Choose one of the list."))


class Given(InputRequired):
    """Required, said in our words and without the browser's own bubble."""

    field_flags: dict[str, Any] = {}

    def __call__(self, form: Any, field: Any) -> None:
        """A search box is given when it holds a key; text alone has its own message."""
        if isinstance(field, RefField):
            if field.data is None and not field.errors:
                raise StopValidation(str(MISSING))
            return
        super().__call__(form, field)


def input_for(info: FieldInfo, node: Field, url: str = "", held: Sequence[str] = ()) -> Any:
    """The unbound WTForms field of a column; `held` are the fields that its choices depend on."""
    required = node.required if node.required is not None else info.required
    validators: list[Any] = [Given(str(MISSING))] if required else [Optional()]
    common: dict[str, Any] = {
        "label": label_of(node, info),
        "validators": validators,
        "description": str(node.help),
    }
    if info.kind in _DECIMALS:
        least, most = _DECIMALS[info.kind]
        return NumberField(scale=most, least=least, **common)
    if info.kind == "ref":
        common["validators"] = [Given(str(MISSING))] if required else []
        return RefField(info=info, url=url, narrowed_by=held, **common)
    if info.kind == "choice":
        return ChoiceField(choices=_choices(info, node, required), **common)
    if info.kind == "bool":
        return BooleanField(label=common["label"], description=common["description"])
    if info.kind == "date":
        return DayField(**common)
    if info.kind == "moment":
        return MomentField(**common)
    fitting = LONGEST_TEXT if node.multiline else LONGEST_LINE
    longest = min(info.max_length or fitting, fitting)
    validators.append(Length(max=longest, message=str(_too_long(longest))))
    if node.show == "phrase":
        return PhraseField(**common)
    return TextAreaField(**common) if node.multiline else StringField(**common)


def _too_long(length: int) -> str:
    return _("Give at most %(length)s characters.", length=length)


def _choices(info: FieldInfo, node: Field, required: bool) -> list[SelectChoice]:
    texts = [SelectChoice(value, choice_text(value, node.choices)) for value in info.values]
    return texts if required or not info.nullable else [SelectChoice("", "–"), *texts]


def value_of(info: FieldInfo, bound: WTField) -> Any:
    """What the input holds, as the column stores it: a text that may be missing is none when it is empty."""
    value = bound.data
    if isinstance(bound, StringField) and info.kind == "text":
        return (value or "").strip() or (None if info.nullable else "")
    # A choice may have an empty value of its own, such as the language of the browser.
    return None if value == "" and "" not in info.values else value
