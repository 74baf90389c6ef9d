"""The form that starts a run."""

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired

from addons.accounting.periods import CYCLES as USUAL
from addons.billing_statements.names import CYCLES
from core.i18n import _l


class RunForm(FlaskForm):
    """Cycle and last day of the period."""

    # Customers have cycles with days of their own too, `weekly:5`; what is none is refused by the run.
    cycle = SelectField(
        _l("Cycle"),
        choices=[SelectChoice(cycle, name) for cycle, name in CYCLES.items() if USUAL.get(cycle)],
        validate_choice=False,
    )
    period_end = DateField(_l("Period up to"), validators=[InputRequired()])
