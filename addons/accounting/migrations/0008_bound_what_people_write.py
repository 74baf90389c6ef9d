"""Bound what people write"""

from alembic import op

revision = "accounting_0008"
down_revision = "accounting_0007"


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_accounting_currency_rate_source_length"),
        "accounting_currency_rate",
        "length(source) <= 1000",
    )
    op.create_check_constraint(
        op.f("ck_accounting_account_code_length"), "accounting_account", "length(code) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_account_name_length"), "accounting_account", "length(name) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_journal_code_length"), "accounting_journal", "length(code) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_journal_name_length"), "accounting_journal", "length(name) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_entry_narration_length"), "accounting_entry", "length(narration) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_tax_name_length"), "accounting_tax", "length(name) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_entry_line_description_length"),
        "accounting_entry_line",
        "length(description) <= 1000",
    )
    op.create_check_constraint(
        op.f("ck_accounting_invoice_external_id_length"), "accounting_invoice", "length(external_id) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_invoice_reference_length"), "accounting_invoice", "length(reference) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_payment_external_id_length"), "accounting_payment", "length(external_id) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_payment_reference_length"), "accounting_payment", "length(reference) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_accounting_invoice_line_description_length"),
        "accounting_invoice_line",
        "length(description) <= 1000",
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f("ck_accounting_invoice_line_description_length"), "accounting_invoice_line", type_="check"
    )
    op.drop_constraint(op.f("ck_accounting_payment_reference_length"), "accounting_payment", type_="check")
    op.drop_constraint(op.f("ck_accounting_payment_external_id_length"), "accounting_payment", type_="check")
    op.drop_constraint(op.f("ck_accounting_invoice_reference_length"), "accounting_invoice", type_="check")
    op.drop_constraint(op.f("ck_accounting_invoice_external_id_length"), "accounting_invoice", type_="check")
    op.drop_constraint(
        op.f("ck_accounting_entry_line_description_length"), "accounting_entry_line", type_="check"
    )
    op.drop_constraint(op.f("ck_accounting_tax_name_length"), "accounting_tax", type_="check")
    op.drop_constraint(op.f("ck_accounting_entry_narration_length"), "accounting_entry", type_="check")
    op.drop_constraint(op.f("ck_accounting_journal_name_length"), "accounting_journal", type_="check")
    op.drop_constraint(op.f("ck_accounting_journal_code_length"), "accounting_journal", type_="check")
    op.drop_constraint(op.f("ck_accounting_account_name_length"), "accounting_account", type_="check")
    op.drop_constraint(op.f("ck_accounting_account_code_length"), "accounting_account", type_="check")
    op.drop_constraint(
        op.f("ck_accounting_currency_rate_source_length"), "accounting_currency_rate", type_="check"
    )
