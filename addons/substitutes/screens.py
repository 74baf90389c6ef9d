"""Lists and forms of substitutes, and what they add to those of parts, customers and orders."""

from addons.substitutes import (
    consent_screens,
    order_panel,
    pair_screens,
    program_acts,
    reference_screens,
    rule_screens,
)
from core.i18n import _l
from core.screens import Column, Field, LinePanel, Screens

screens = Screens()
pair_screens.declare(screens)
rule_screens.declare(screens)
consent_screens.declare(screens)
reference_screens.declare(screens)

screens.extend("sales.order.form").inside(
    "lines",
    LinePanel(
        "substitutes",
        label=_l("Substitutes"),
        key="S",
        endpoint="substitutes.panel",
        permission="sales.write",
        badges=order_panel.badges,
        typed=order_panel.typed_badges,
    ),
)
screens.extend("sales.order.form").after("confirm", *program_acts.ACTS)
screens.extend("sales.order_line.list").after(
    "product_id", Column("original_product_id", _l("Ordered part"), shown=False)
)
screens.extend("sales.order_line.form").after(
    "product_id", Field("original_product_id", _l("Ordered part"), readonly=True)
)
