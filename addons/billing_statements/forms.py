"""The form that starts a run."""

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired

from core.i18n import _l


class RunForm(FlaskForm):
    """Cycle and last day of the period."""

    cycle = SelectField(
        _l("Cycle"),
        choices=[
            SelectChoice("monthly", _l("Monthly")),
            SelectChoice("half_monthly", _l("Half-monthly")),
            SelectChoice("weekly", _l("Weekly")),
        ],
    )
    period_end = DateField(_l("Period up to"), validators=[InputRequired()])
