"""Find balances by their index

Which balances there were was told by comparing what had changed with what had just been updated, which goes by no
index: a receipt of 50,000 parts at once compared each with each.
"""

from alembic import op

revision = "stock_0005"
down_revision = "stock_0004"

_EFFECTS = """
    SELECT company_id, product_id, from_id AS location_id, lot_id, date,
           CASE WHEN state = 'done' THEN {minus} quantity ELSE 0 END AS on_hand,
           CASE WHEN state = 'reserved' THEN {plus} quantity ELSE 0 END AS reserved
      FROM {rows} WHERE state IN ('done', 'reserved')
    UNION ALL
    SELECT company_id, product_id, to_id, lot_id, date, {plus} quantity, 0 FROM {rows} WHERE state = 'done'
"""
_NEW = _EFFECTS.format(rows="new_moves", plus="+", minus="-")
_OLD = _EFFECTS.format(rows="old_moves", plus="-", minus="+")
EVENTS = {"insert": _NEW, "update": f"{_NEW} UNION ALL {_OLD}", "delete": _OLD}
KEEP = """
    CREATE OR REPLACE FUNCTION stock_move_{event}() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    BEGIN
        WITH changes AS (
            SELECT e.company_id, e.product_id, e.location_id, e.lot_id, max(e.date) AS date,
                   sum(e.on_hand) AS on_hand, sum(e.reserved) AS reserved
              FROM ({effects}) e
              JOIN stock_location l ON l.id = e.location_id AND l.kind IN ('internal', 'transit')
             GROUP BY e.company_id, e.product_id, e.location_id, e.lot_id
            HAVING sum(e.on_hand) <> 0 OR sum(e.reserved) <> 0
        ), known AS (
            UPDATE stock_balance b
               SET on_hand = b.on_hand + c.on_hand, reserved = b.reserved + c.reserved,
                   since = CASE WHEN b.on_hand + c.on_hand = 0 THEN NULL
                                WHEN b.on_hand = 0 THEN c.date ELSE b.since END
              FROM changes c
             WHERE b.product_id = c.product_id AND b.location_id = c.location_id
               AND b.lot_id IS NOT DISTINCT FROM c.lot_id
            RETURNING b.product_id, b.location_id, b.lot_id
        )
        INSERT INTO stock_balance AS b
               (company_id, product_id, location_id, lot_id, on_hand, reserved, since)
        SELECT c.company_id, c.product_id, c.location_id, c.lot_id, c.on_hand, c.reserved, c.date
          FROM changes c
         WHERE NOT EXISTS (SELECT 1 FROM {known} k WHERE k.product_id = c.product_id
                              AND k.location_id = c.location_id AND k.lot_id IS NOT DISTINCT FROM c.lot_id)
         ORDER BY c.product_id, c.location_id, c.lot_id
        ON CONFLICT (product_id, location_id, lot_id) DO UPDATE
           SET on_hand = b.on_hand + excluded.on_hand, reserved = b.reserved + excluded.reserved,
               since = coalesce(b.since, excluded.since);
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    _keep("stock_balance")


def downgrade() -> None:
    _keep("known")


def _keep(known: str) -> None:
    for event, effects in EVENTS.items():
        op.execute(KEEP.format(event=event, effects=effects, known=known))
