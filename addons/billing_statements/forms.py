"""The form that starts a run."""

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired

from addons.billing_statements.names import CYCLES
from core.i18n import _l


class RunForm(FlaskForm):
    """Cycle and last day of the period."""

    cycle = SelectField(
        _l("Cycle"),
        choices=[SelectChoice(cycle, name) for cycle, name in CYCLES.items() if cycle != "none"],
    )
    period_end = DateField(_l("Period up to"), validators=[InputRequired()])
