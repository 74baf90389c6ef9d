"""The form that starts a run."""

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from core.i18n import _l


class RunForm(FlaskForm):
    """Cycle and last day of the period."""

    cycle = SelectField(
        _l("Cycle"),
        choices=[("monthly", _l("Monthly")), ("half_monthly", _l("Half-monthly")), ("weekly", _l("Weekly"))],
    )
    period_end = DateField(_l("Period up to"), validators=[InputRequired()])
