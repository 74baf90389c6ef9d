"""Bound what people write"""

from alembic import op

revision = "partners_0006"
down_revision = "partners_0005"


def upgrade() -> None:
    op.create_check_constraint(op.f("ck_partner_city_length"), "partner", "length(city) <= 1000")
    op.create_check_constraint(op.f("ck_partner_code_length"), "partner", "length(code) <= 1000")
    op.create_check_constraint(op.f("ck_partner_country_length"), "partner", "length(country) <= 1000")
    op.create_check_constraint(op.f("ck_partner_email_length"), "partner", "length(email) <= 1000")
    op.create_check_constraint(op.f("ck_partner_name_length"), "partner", "length(name) <= 1000")
    op.create_check_constraint(op.f("ck_partner_phone_length"), "partner", "length(phone) <= 1000")
    op.create_check_constraint(op.f("ck_partner_postcode_length"), "partner", "length(postcode) <= 1000")
    op.create_check_constraint(op.f("ck_partner_street_length"), "partner", "length(street) <= 1000")
    op.create_check_constraint(op.f("ck_partner_tax_number_length"), "partner", "length(tax_number) <= 1000")
    op.create_check_constraint(
        op.f("ck_partner_contact_email_length"), "partner_contact", "length(email) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_partner_contact_name_length"), "partner_contact", "length(name) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_partner_contact_phone_length"), "partner_contact", "length(phone) <= 1000"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_partner_contact_phone_length"), "partner_contact", type_="check")
    op.drop_constraint(op.f("ck_partner_contact_name_length"), "partner_contact", type_="check")
    op.drop_constraint(op.f("ck_partner_contact_email_length"), "partner_contact", type_="check")
    op.drop_constraint(op.f("ck_partner_tax_number_length"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_street_length"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_postcode_length"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_phone_length"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_name_length"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_email_length"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_country_length"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_code_length"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_city_length"), "partner", type_="check")
