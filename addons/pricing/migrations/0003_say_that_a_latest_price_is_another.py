"""Say that a latest price is another

The words of a refusal follow from the name of the rule; “price differs” are those of a class of matches.
"""

from alembic import op

revision = "pricing_0003"
down_revision = "pricing_0002"

NAME, BEFORE = "ck_pricing_run_line_latest_price_is_another", "ck_pricing_run_line_price_differs"


def upgrade() -> None:
    op.execute(f"ALTER TABLE pricing_run_line RENAME CONSTRAINT {BEFORE} TO {NAME}")


def downgrade() -> None:
    op.execute(f"ALTER TABLE pricing_run_line RENAME CONSTRAINT {NAME} TO {BEFORE}")
