"""Lists and forms of pricing."""

from addons.pricing import claim_screens, list_screens, part_screens, run_screens
from core.screens import Screens

screens = Screens()
list_screens.declare(screens)
run_screens.declare(screens)
part_screens.declare(screens)
claim_screens.declare(screens)
