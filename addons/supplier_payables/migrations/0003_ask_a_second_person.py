"""Ask a second person, keep where lines stand, and let disputes outlive their statement"""

import sqlalchemy as sa
from alembic import op

#: What of a match stays when its statement is posted; a dispute is still handed over and settled.
KEPT = (
    "statement_id, partner_id, kind, causes, agreements, our_quantity, their_quantity, our_amount, their_amount, price_change, "
    "score, exact, beyond, asked_by_id, state, note, decided_by_id, decided_at"
)

revision = "supplier_payables_0003"
down_revision = "supplier_payables_0002"


def upgrade() -> None:
    op.add_column("payables_match", sa.Column("partner_id", sa.BigInteger(), nullable=True))
    op.execute("ALTER TABLE payables_match DISABLE TRIGGER payables_match_stays")
    op.execute("""
        UPDATE payables_match k SET partner_id = s.partner_id FROM payables_statement s WHERE s.id = k.statement_id
    """)
    op.execute("ALTER TABLE payables_match ENABLE TRIGGER payables_match_stays")
    op.alter_column("payables_match", "partner_id", nullable=False)
    op.create_index(op.f("ix_payables_match_partner_id"), "payables_match", ["partner_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_payables_match_partner_id"),
        "payables_match",
        "partner",
        ["partner_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.add_column(
        "partner", sa.Column("quantity_tolerance", sa.Numeric(7, 4), server_default="0", nullable=False)
    )
    op.add_column(
        "partner", sa.Column("rounding_tolerance", sa.Numeric(18, 2), server_default="0.05", nullable=False)
    )
    op.add_column("payables_match", sa.Column("beyond", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("payables_match", sa.Column("asked_by_id", sa.BigInteger(), nullable=True))
    op.add_column("payables_match", sa.Column("outcome", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_payables_match_disputes",
        "payables_match",
        ["owner_id", "id"],
        unique=False,
        postgresql_where="state = 'disputed'",
    )
    op.create_foreign_key(
        op.f("fk_payables_match_asked_by_id"),
        "payables_match",
        "user",
        ["asked_by_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.add_column("payables_statement", sa.Column("list_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_payables_statement_list_id"), "payables_statement", ["list_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_payables_statement_list_id"),
        "payables_statement",
        "attachment",
        ["list_id"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.add_column("payables_their_line", sa.Column("page", sa.Integer(), nullable=True))
    op.add_column("payables_their_line", sa.Column("place", sa.ARRAY(sa.Integer()), nullable=True))
    op.drop_index(op.f("ix_payables_their_line_statement_id"), table_name="payables_their_line")
    op.create_index(
        op.f("ix_payables_their_line_statement_id_page"),
        "payables_their_line",
        ["statement_id", "page"],
        unique=False,
    )
    op.create_check_constraint(
        op.f("ck_partner_quantity_tolerance_is_percent"), "partner", "quantity_tolerance BETWEEN 0 AND 100"
    )
    op.create_check_constraint(
        op.f("ck_partner_rounding_tolerance_not_negative"), "partner", "rounding_tolerance >= 0"
    )
    op.create_check_constraint(
        op.f("ck_payables_match_accepted_by_somebody_else"),
        "payables_match",
        "NOT (state = 'accepted' AND beyond AND decided_by_id = asked_by_id)",
    )
    op.create_check_constraint(
        op.f("ck_payables_match_asked_for_what_is_beyond"), "payables_match", "asked_by_id IS NULL OR beyond"
    )
    op.create_check_constraint(
        op.f("ck_payables_match_outcome_length"), "payables_match", "length(outcome) <= 1000"
    )
    op.create_check_constraint(
        op.f("ck_payables_match_outcome_of_a_dispute"), "payables_match", "state = 'disputed' OR outcome = ''"
    )
    op.create_check_constraint(
        op.f("ck_payables_their_line_place_has_four_sides"),
        "payables_their_line",
        "page IS NULL OR cardinality(place) = 4",
    )
    op.execute("""
        UPDATE payables_match SET beyond = true
         WHERE state = 'open' AND (kind = 'price' AND price_change > 0
            OR kind = 'quantity' AND abs(their_quantity) > abs(our_quantity)
            OR kind = 'only_theirs' AND causes !~ 'duplicate|next_period|earlier_period|returned|freight|rounding')
    """)
    op.execute("DROP TRIGGER payables_match_stays ON payables_match")
    old, new = (", ".join(f"{row}.{name}" for name in KEPT.split(", ")) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE TRIGGER payables_match_stays BEFORE UPDATE ON payables_match FOR EACH ROW
        WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION payables_refuse_posted()
    """)
    op.execute("""
        CREATE TRIGGER payables_match_is_kept BEFORE DELETE ON payables_match FOR EACH ROW
        EXECUTE FUNCTION payables_refuse_posted()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER payables_match_is_kept ON payables_match")
    op.execute("DROP TRIGGER payables_match_stays ON payables_match")
    op.execute("""
        CREATE TRIGGER payables_match_stays BEFORE UPDATE OR DELETE ON payables_match FOR EACH ROW
        EXECUTE FUNCTION payables_refuse_posted()
    """)
    op.drop_constraint(
        op.f("ck_payables_their_line_place_has_four_sides"), "payables_their_line", type_="check"
    )
    op.drop_constraint(op.f("ck_payables_match_outcome_of_a_dispute"), "payables_match", type_="check")
    op.drop_constraint(op.f("ck_payables_match_outcome_length"), "payables_match", type_="check")
    op.drop_constraint(op.f("ck_payables_match_asked_for_what_is_beyond"), "payables_match", type_="check")
    op.drop_constraint(op.f("ck_payables_match_accepted_by_somebody_else"), "payables_match", type_="check")
    op.drop_constraint(op.f("ck_partner_rounding_tolerance_not_negative"), "partner", type_="check")
    op.drop_constraint(op.f("ck_partner_quantity_tolerance_is_percent"), "partner", type_="check")
    op.drop_index(op.f("ix_payables_their_line_statement_id_page"), table_name="payables_their_line")
    op.create_index(
        op.f("ix_payables_their_line_statement_id"), "payables_their_line", ["statement_id"], unique=False
    )
    op.drop_column("payables_their_line", "place")
    op.drop_column("payables_their_line", "page")
    op.drop_constraint(op.f("fk_payables_statement_list_id"), "payables_statement", type_="foreignkey")
    op.drop_index(op.f("ix_payables_statement_list_id"), table_name="payables_statement")
    op.drop_column("payables_statement", "list_id")
    op.drop_constraint(op.f("fk_payables_match_asked_by_id"), "payables_match", type_="foreignkey")
    op.drop_index(
        "ix_payables_match_disputes", table_name="payables_match", postgresql_where="state = 'disputed'"
    )
    op.drop_constraint(op.f("fk_payables_match_partner_id"), "payables_match", type_="foreignkey")
    op.drop_index(op.f("ix_payables_match_partner_id"), table_name="payables_match")
    op.drop_column("payables_match", "partner_id")
    op.drop_column("payables_match", "outcome")
    op.drop_column("payables_match", "asked_by_id")
    op.drop_column("payables_match", "beyond")
    op.drop_column("partner", "rounding_tolerance")
    op.drop_column("partner", "quantity_tolerance")
