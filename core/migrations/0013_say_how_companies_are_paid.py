"""Say how companies are paid, in which language they write, and who is shown which menu"""

import sqlalchemy as sa
from alembic import op

revision = "core_0013"
down_revision = "core_0012"


def upgrade() -> None:
    op.add_column("company", sa.Column("locale", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(op.f("ck_company_locale_known"), "company", "locale IN ('', 'en', 'zh_CN')")
    op.create_check_constraint(
        op.f("ck_mail_template_locale_known"), "mail_template", "locale IN ('en', 'zh_CN')"
    )
    op.add_column("menu", sa.Column("permission", sa.Text(), server_default="", nullable=False))
    op.add_column("company", sa.Column("payment_details", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_constraint(op.f("ck_mail_template_locale_known"), "mail_template", type_="check")
    op.drop_constraint(op.f("ck_company_locale_known"), "company", type_="check")
    op.drop_column("menu", "permission")
    op.drop_column("company", "payment_details")
    op.drop_column("company", "locale")
