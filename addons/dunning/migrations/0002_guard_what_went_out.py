"""Guard what went out

A letter that was released stays as it is, and so do its documents: what changes is whether it was mailed, withdrawn or
charged.
"""

from alembic import op

revision = "dunning_0002"
down_revision = "dunning_0001"

LETTER = (
    "company_id, number, run_id, partner_id, currency_code, date, step_id, overdue, credit, fee, interest, rate, total, "
    "subject, body, issued_at"
)
LINE = (
    "run_id, letter_id, partner_id, open_item_id, number, reference, date, due_date, days, currency_code, amount, step, "
    "advances, interest, interest_from"
)
KEPT = "what customers were asked for is kept: begin a new run"
GONE = "('released', 'sent', 'withdrawn')"


def _differs(columns: str) -> str:
    old, new = (", ".join(f"{row}.{c.strip()}" for c in columns.split(",")) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


def upgrade() -> None:
    op.execute(f"""
        CREATE TRIGGER dunning_letter_stays BEFORE UPDATE ON dunning_letter FOR EACH ROW
        WHEN (OLD.state IN {GONE} AND ({_differs(LETTER)} OR NEW.state = 'proposed'
              OR OLD.state <> 'released' AND NEW.state <> OLD.state))
        EXECUTE FUNCTION refuse_change('{KEPT}')
    """)
    op.execute(f"""
        CREATE TRIGGER dunning_letter_is_kept BEFORE DELETE ON dunning_letter FOR EACH ROW
        WHEN (OLD.state IN {GONE}) EXECUTE FUNCTION refuse_change('{KEPT}')
    """)
    op.execute(f"""
        CREATE FUNCTION dunning_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF EXISTS (SELECT 1 FROM dunning_letter WHERE id = OLD.letter_id AND state IN {GONE})
            THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN coalesce(NEW, OLD);
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER dunning_line_stays BEFORE UPDATE ON dunning_line FOR EACH ROW
        WHEN ({_differs(LINE)}) EXECUTE FUNCTION dunning_line_stays()
    """)
    op.execute("""
        CREATE TRIGGER dunning_line_is_kept BEFORE DELETE ON dunning_line FOR EACH ROW
        EXECUTE FUNCTION dunning_line_stays()
    """)
    op.execute(f"""
        CREATE TRIGGER dunning_run_is_kept BEFORE DELETE ON dunning_run FOR EACH ROW
        WHEN (OLD.state = 'released') EXECUTE FUNCTION refuse_change('{KEPT}')
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER dunning_run_is_kept ON dunning_run")
    op.execute("DROP FUNCTION dunning_line_stays() CASCADE")
    for name in ("stays", "is_kept"):
        op.execute(f"DROP TRIGGER dunning_letter_{name} ON dunning_letter")
