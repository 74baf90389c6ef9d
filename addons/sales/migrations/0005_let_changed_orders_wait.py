"""Let changed orders wait, and hold their net to their lines

A confirmed order may wait for a second role again, where a change asks for more than was let go. The net of an
order is the sum of that of its lines when a transaction ends, whichever way a line was changed.
"""

from alembic import op

revision = "sales_0005"
down_revision = "sales_0004"

ORDER, LINE = "sales_order", "sales_order_line"
HELD = f"ck_{ORDER}_held_is_not_confirmed"
#: What deferred triggers watch: they look at what stands there in the end.
WATCHED = ((ORDER, "INSERT OR UPDATE"), (LINE, "INSERT OR DELETE OR UPDATE OF net, order_id"))


def upgrade() -> None:
    op.drop_constraint(op.f(HELD), ORDER)
    op.execute(f"""
        CREATE FUNCTION {ORDER}_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE changed bigint;
        BEGIN
            IF TG_TABLE_NAME = '{ORDER}' THEN changed := NEW.id;
            ELSIF TG_OP = 'DELETE' THEN changed := OLD.order_id;
            ELSE changed := NEW.order_id;
            END IF;
            -- An order that this transaction wrote is looked at once, for itself: not once for each line.
            IF TG_TABLE_NAME = '{LINE}'
               AND (SELECT xmin = pg_current_xact_id()::xid FROM {ORDER} WHERE id = changed) THEN
                RETURN NULL;
            END IF;
            IF (SELECT net FROM {ORDER} WHERE id = changed)
               <> (SELECT coalesce(sum(net), 0) FROM {LINE} WHERE order_id = changed) THEN
                RAISE EXCEPTION 'the net of order % is not the sum of its lines', changed
                      USING ERRCODE = 'check_violation', TABLE = '{ORDER}', CONSTRAINT = '{ORDER}_adds_up';
            END IF;
            RETURN NULL;
        END $$
    """)
    for table, when in WATCHED:
        op.execute(f"""
            CREATE CONSTRAINT TRIGGER {table}_adds_up AFTER {when} ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {ORDER}_adds_up()
        """)


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {ORDER}_adds_up() CASCADE")
    op.execute(f"UPDATE {ORDER} SET hold = '' WHERE state IN ('confirmed', 'done')")
    op.create_check_constraint(op.f(HELD), ORDER, "state IN ('quotation', 'cancelled') OR hold = ''")
