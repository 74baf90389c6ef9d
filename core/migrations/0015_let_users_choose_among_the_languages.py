"""Let users choose among the languages of the product"""

from alembic import op

revision = "core_0015"
down_revision = "core_0014"


def upgrade() -> None:
    # What nobody could show was shown in the browser's language, and is from now on by choice.
    op.execute("""UPDATE "user" SET locale = '' WHERE locale NOT IN ('', 'en', 'zh_CN')""")
    op.create_check_constraint(op.f("ck_user_locale_known"), "user", "locale IN ('', 'en', 'zh_CN')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_user_locale_known"), "user", type_="check")
