"""Keep the decimals of currencies

What was added on the screen took two decimals unless somebody said otherwise; from now on it has those that
are usual. Amounts that are there already are looked at by whose tables they are in.
"""

import sqlalchemy as sa
from alembic import op
from babel.numbers import get_currency_precision

revision = "core_0016"
down_revision = "core_0015"

STAYS = "the decimals of a currency stay: amounts were rounded to them"


def upgrade() -> None:
    connection = op.get_bind()
    for code in connection.scalars(sa.text("SELECT code FROM currency")).all():
        connection.execute(
            sa.text("UPDATE currency SET digits = :digits WHERE code = :code"),
            {"code": code, "digits": min(get_currency_precision(code), 2)},
        )
    op.alter_column("currency", "digits", server_default=None)
    op.execute(f"""
        CREATE TRIGGER currency_digits_stay BEFORE UPDATE OF code, digits ON currency FOR EACH ROW
        WHEN ((OLD.code, OLD.digits) IS DISTINCT FROM (NEW.code, NEW.digits))
        EXECUTE FUNCTION refuse_change('{STAYS}')
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER currency_digits_stay ON currency")
    op.alter_column("currency", "digits", server_default="2")
