"""Bound what people write"""

from alembic import op

revision = "core_0020"
down_revision = "core_0019"


def upgrade() -> None:
    op.create_check_constraint(op.f("ck_mail_template_code_length"), "mail_template", "length(code) <= 1000")
    op.create_check_constraint(
        op.f("ck_scheduled_action_name_length"), "scheduled_action", "length(name) <= 1000"
    )
    op.create_check_constraint(op.f("ck_currency_name_length"), "currency", "length(name) <= 1000")
    op.create_check_constraint(op.f("ck_mail_template_body_length"), "mail_template", "length(body) <= 20000")
    op.create_check_constraint(
        op.f("ck_mail_template_subject_length"), "mail_template", "length(subject) <= 1000"
    )
    op.create_check_constraint(op.f("ck_role_name_length"), "role", "length(name) <= 1000")
    op.create_check_constraint(op.f("ck_role_title_length"), "role", "length(title) <= 1000")
    op.create_check_constraint(op.f("ck_sequence_code_length"), "sequence", "length(code) <= 1000")
    op.create_check_constraint(op.f("ck_sequence_name_length"), "sequence", "length(name) <= 1000")
    op.create_check_constraint(op.f("ck_sequence_prefix_length"), "sequence", "length(prefix) <= 1000")
    op.create_check_constraint(op.f("ck_company_city_length"), "company", "length(city) <= 1000")
    op.create_check_constraint(op.f("ck_company_code_length"), "company", "length(code) <= 1000")
    op.create_check_constraint(op.f("ck_company_country_length"), "company", "length(country) <= 1000")
    op.create_check_constraint(op.f("ck_company_email_length"), "company", "length(email) <= 1000")
    op.create_check_constraint(op.f("ck_company_name_length"), "company", "length(name) <= 1000")
    op.create_check_constraint(
        op.f("ck_company_payment_details_length"), "company", "length(payment_details) <= 20000"
    )
    op.create_check_constraint(op.f("ck_company_phone_length"), "company", "length(phone) <= 1000")
    op.create_check_constraint(op.f("ck_company_street_length"), "company", "length(street) <= 1000")
    op.create_check_constraint(op.f("ck_company_tax_number_length"), "company", "length(tax_number) <= 1000")
    op.create_check_constraint(op.f("ck_note_body_length"), "note", "length(body) <= 20000")
    op.create_check_constraint(op.f("ck_user_email_length"), "user", "length(email) <= 1000")
    op.create_check_constraint(op.f("ck_user_name_length"), "user", "length(name) <= 1000")
    op.create_check_constraint(op.f("ck_api_token_name_length"), "api_token", "length(name) <= 1000")
    op.create_check_constraint(
        op.f("ck_attachment_filename_length"), "attachment", "length(filename) <= 1000"
    )
    op.create_check_constraint(op.f("ck_list_view_name_length"), "list_view", "length(name) <= 1000")
    op.create_check_constraint(op.f("ck_list_view_state_length"), "list_view", "length(state) <= 20000")
    op.create_check_constraint(op.f("ck_team_name_length"), "team", "length(name) <= 1000")
    op.create_check_constraint(
        op.f("ck_webhook_endpoint_events_length"), "webhook_endpoint", "length(events) <= 20000"
    )
    op.create_check_constraint(
        op.f("ck_webhook_endpoint_name_length"), "webhook_endpoint", "length(name) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_webhook_endpoint_url_length"), "webhook_endpoint", "length(url) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_data_import_filename_length"), "data_import", "length(filename) <= 1000"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_data_import_filename_length"), "data_import", type_="check")
    op.drop_constraint(op.f("ck_webhook_endpoint_url_length"), "webhook_endpoint", type_="check")
    op.drop_constraint(op.f("ck_webhook_endpoint_name_length"), "webhook_endpoint", type_="check")
    op.drop_constraint(op.f("ck_webhook_endpoint_events_length"), "webhook_endpoint", type_="check")
    op.drop_constraint(op.f("ck_team_name_length"), "team", type_="check")
    op.drop_constraint(op.f("ck_list_view_state_length"), "list_view", type_="check")
    op.drop_constraint(op.f("ck_list_view_name_length"), "list_view", type_="check")
    op.drop_constraint(op.f("ck_attachment_filename_length"), "attachment", type_="check")
    op.drop_constraint(op.f("ck_api_token_name_length"), "api_token", type_="check")
    op.drop_constraint(op.f("ck_user_name_length"), "user", type_="check")
    op.drop_constraint(op.f("ck_user_email_length"), "user", type_="check")
    op.drop_constraint(op.f("ck_note_body_length"), "note", type_="check")
    op.drop_constraint(op.f("ck_company_tax_number_length"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_street_length"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_phone_length"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_payment_details_length"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_name_length"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_email_length"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_country_length"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_code_length"), "company", type_="check")
    op.drop_constraint(op.f("ck_company_city_length"), "company", type_="check")
    op.drop_constraint(op.f("ck_sequence_prefix_length"), "sequence", type_="check")
    op.drop_constraint(op.f("ck_sequence_name_length"), "sequence", type_="check")
    op.drop_constraint(op.f("ck_sequence_code_length"), "sequence", type_="check")
    op.drop_constraint(op.f("ck_role_title_length"), "role", type_="check")
    op.drop_constraint(op.f("ck_role_name_length"), "role", type_="check")
    op.drop_constraint(op.f("ck_mail_template_subject_length"), "mail_template", type_="check")
    op.drop_constraint(op.f("ck_mail_template_body_length"), "mail_template", type_="check")
    op.drop_constraint(op.f("ck_currency_name_length"), "currency", type_="check")
    op.drop_constraint(op.f("ck_scheduled_action_name_length"), "scheduled_action", type_="check")
    op.drop_constraint(op.f("ck_mail_template_code_length"), "mail_template", type_="check")
