"""Say where returns go

The head of a return took the usual places of its kind, from customers to stock, also where its moves went
back to a supplier. It takes those of its first move, as new ones do; what is done is guarded, so that the
guard rests meanwhile.
"""

from alembic import op

revision = "stock_0004"
down_revision = "stock_0003"

AS_MOVED = """
    UPDATE stock_transfer t SET from_id = v.from_id, to_id = v.to_id
      FROM (SELECT DISTINCT ON (transfer_id) transfer_id, from_id, to_id FROM stock_move
             WHERE returns_id IS NOT NULL ORDER BY transfer_id, position, id) v
     WHERE v.transfer_id = t.id AND t.kind = 'return' AND (t.from_id, t.to_id) <> (v.from_id, v.to_id)
"""


def upgrade() -> None:
    op.execute("ALTER TABLE stock_transfer DISABLE TRIGGER stock_transfer_stays")
    op.execute(AS_MOVED)
    op.execute("ALTER TABLE stock_transfer ENABLE TRIGGER stock_transfer_stays")


def downgrade() -> None:
    """What the heads say now was true before, too."""
