"""Leave long dashes out of cleaned numbers

A word processor turns the hyphen of a part number into a dash: that is the same number.
"""

import sqlalchemy as sa
from alembic import op

revision = "products_0007"
down_revision = "products_0006"

BEFORE = r"0-9A-Za-z\u0080-\U0010FFFF"
KEPT = r"0-9A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u1FFF\u2C00-\u2DFF\u3040-\U0010FFFF"
#: Table, column with the number, and the indexes of its cleaned text by what they begin with.
COLUMNS = (
    ("product", "code", {"ix_product_code_key": ["company_id"]}),
    ("product", "mpn", {"ix_product_mpn_key": ["company_id"]}),
    ("product", "barcode", {"ix_product_barcode_key": ["company_id"]}),
    (
        "product_part_number",
        "number",
        {
            "ix_product_part_number_number_key": [],
            "ix_product_part_number_partner_id_number_key": ["partner_id"],
        },
    ),
)


def upgrade() -> None:
    _clean(KEPT)


def downgrade() -> None:
    _clean(BEFORE)


def _clean(kept: str) -> None:
    """Compute the columns anew; their indexes go with them."""
    for table, number, indexes in COLUMNS:
        key = f"{number}_key"
        text = f"upper(regexp_replace(normalize({number}, NFKC) COLLATE \"C\", '[^{kept}]', '', 'g'))"
        op.drop_column(table, key)
        computed = sa.Computed(text, persisted=True)
        op.add_column(table, sa.Column(key, sa.Text(collation="C"), computed, nullable=False))
        for index, before in indexes.items():
            op.create_index(index, table, [*before, key], unique=False)
