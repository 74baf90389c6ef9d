"""Let partners read one of the languages of the product"""

from alembic import op

revision = "partners_0004"
down_revision = "partners_0003"


def upgrade() -> None:
    # Documents in an unknown language were printed in English, as those without a language are.
    op.execute("UPDATE partner SET locale = '' WHERE locale NOT IN ('', 'en', 'zh_CN')")
    op.create_check_constraint(op.f("ck_partner_locale_known"), "partner", "locale IN ('', 'en', 'zh_CN')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_partner_locale_known"), "partner", type_="check")
