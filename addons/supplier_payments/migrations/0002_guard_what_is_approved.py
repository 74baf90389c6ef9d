"""Guard what is approved

An account that changes has to be confirmed anew, whoever changes it by whichever way; what a second person has agreed to
stays as it was.
"""

from alembic import op

revision = "supplier_payments_0002"
down_revision = "supplier_payments_0001"

ACCOUNT = "partner_id, holder, iban, bic"
LINE = "run_id, open_item_id, partner_id, account_id, amount, discount, taken, hold"
RUN = "company_id, number, date, currency_code, cash_limit, user_id, approved_by_id"
KEPT = "what a second person has approved is kept: cancel the run, and begin a new one"


def _differs(columns: str) -> str:
    old, new = (", ".join(f"{row}.{c.strip()}" for c in columns.split(",")) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION payment_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.confirmed_by_id := NULL; NEW.confirmed_at := NULL; RETURN NEW;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER payment_account_changed BEFORE UPDATE ON payment_bank_account FOR EACH ROW
        WHEN ({_differs(ACCOUNT)}) EXECUTE FUNCTION payment_account_changed()
    """)
    op.execute(f"""
        CREATE TRIGGER payment_run_stays BEFORE UPDATE ON payment_run FOR EACH ROW
        WHEN (OLD.state IN ('approved', 'paid') AND {_differs(RUN)} OR OLD.state = 'paid' AND NEW.state <> 'paid')
        EXECUTE FUNCTION refuse_change('{KEPT}')
    """)
    op.execute(f"""
        CREATE TRIGGER payment_run_is_kept BEFORE DELETE ON payment_run FOR EACH ROW
        WHEN (OLD.state IN ('approved', 'paid')) EXECUTE FUNCTION refuse_change('{KEPT}')
    """)
    op.execute(f"""
        CREATE FUNCTION payment_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF EXISTS (SELECT 1 FROM payment_run WHERE id = OLD.run_id AND state IN ('approved', 'paid'))
            THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN coalesce(NEW, OLD);
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER payment_line_stays BEFORE UPDATE ON payment_run_line FOR EACH ROW
        WHEN ({_differs(LINE)}) EXECUTE FUNCTION payment_line_stays()
    """)
    op.execute("""
        CREATE TRIGGER payment_line_is_kept BEFORE DELETE ON payment_run_line FOR EACH ROW
        EXECUTE FUNCTION payment_line_stays()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER payment_run_stays ON payment_run")
    op.execute("DROP TRIGGER payment_run_is_kept ON payment_run")
    for name in ("payment_line_stays", "payment_account_changed"):
        op.execute(f"DROP FUNCTION {name}() CASCADE")
