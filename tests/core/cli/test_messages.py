"""`bincard messages` brings a catalog up to what its addon says."""

import pytest
from babel.messages.pofile import read_po

from core.app import create_app
from core.cli.messages import Gaps, gaps_of
from core.loader.discovery import discover
from core.loader.scratch import with_dependencies
from core.settings import ROOT
from tests.written import AddonFolder, answer, run_python

FILES = {
    "models.py": """
from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column
from core.models import Model

class Parcel(Model):
    _name = "spoken.parcel"
    _title = "Parcel"
    due_back: Mapped[str] = mapped_column(Text, unique=True)
    colour: Mapped[str] = mapped_column(Text)

    @classmethod
    def _table_args(cls):
        return (CheckConstraint("colour IN ('dark_red', 'blue')", name="colour_known"),)
""",
    "security.py": """
from core.security.rights import Rights

rights = Rights()
rights.model("spoken.parcel", read="spoken.read", write="spoken.read")
""",
    "screens.py": """
from core.i18n import _l
from core.screens import Screens

screens = Screens()
screens.list(
    "spoken.parcel.list", model="spoken.parcel", title=_l("All parcels"), columns=["due_back", "colour"]
)
""",
    "services.py": """
from core.i18n import _, ngettext

def say(n):
    # The number of rows is said by the host as well.
    return _("Save"), ngettext("%(num)s parcel", "%(num)s parcels", n)
""",
    "templates/spoken/parcel.html": "<p>{{ _('Weighed by %(name)s', name=name) }}</p>",
    "data/menu.toml": "[[menu]]\nid = 'a'\nname = 'Parcels'\n\n"
    "[[role]]\nid = 'b'\nname = 'x'\ntitle = 'Carrier'\npermissions = []\n",
    "tests/test_it.py": '_("never extracted")\n',
    "i18n/zh_CN/LC_MESSAGES/messages.po": """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Gone long ago"
msgstr "早已不用"

msgid "Parcels"
msgstr "包裹"

msgid "Weighed by %(name)s"
msgstr "由 %(nom)s 称重"

#, fuzzy
msgid "Carrier"
msgstr "承运人"
""",
}
SAID = [
    "%(num)s parcel",
    "All parcels",
    "Blue",
    "Carrier",
    "Colour",
    "Colour known",
    "Dark red",
    "Due back",
    "Parcel",
    "Parcels",
    "Weighed by %(name)s",
    "Written for a test",
]


@pytest.fixture
def folder(tmp_path):
    """A folder with the one addon."""
    written = AddonFolder(tmp_path / "speaking")
    written.write("spoken", files=FILES)
    return written


def test_what_is_missing_obsolete_fuzzy_or_misnamed_is_told(folder):
    sources = with_dependencies("spoken", discover(str(folder.path)))
    gaps = gaps_of(sources[-1], sources, create_app(sources), "zh_CN")
    missing = [m for m in SAID[1:] if m not in ("Parcels", "Weighed by %(name)s")]
    assert gaps == Gaps(
        missing=[("%(num)s parcel", "%(num)s parcels"), *missing],
        obsolete=["Gone long ago"],
        fuzzy=["Carrier"],
        misnamed=["Weighed by %(name)s"],
    )


def test_the_catalog_is_written_anew(folder):
    path = folder.path / "spoken" / "i18n" / "zh_CN" / "LC_MESSAGES" / "messages.po"
    command = ("-m", "core.cli", "messages", "spoken", "--json")
    waiting = answer(run_python(*command, BINCARD_ADDONS_PATH=str(folder.path)))
    assert waiting == {"waiting": {"spoken zh_CN": len(SAID) - 2}}
    first = path.read_bytes()
    with path.open("rb") as file:
        catalog = {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in read_po(file) if m.id}
    assert list(catalog) == SAID
    assert catalog["Parcels"] == "包裹"
    answer(run_python(*command, BINCARD_ADDONS_PATH=str(folder.path)))
    assert path.read_bytes() == first


def test_the_catalogs_of_the_product_are_as_the_command_writes_them(tmp_path):
    """So that a change of texts shows as no more than that."""
    catalogs = sorted(ROOT.glob("core/i18n/*/LC_MESSAGES/*.po"))
    catalogs += sorted(ROOT.glob("addons/*/i18n/*/LC_MESSAGES/*.po"))
    assert len(catalogs) >= 5
    for path in catalogs:
        text = path.read_text(encoding="utf-8")
        assert "#, fuzzy" not in text
        assert "#~" not in text
        assert "POT-Creation-Date" not in text
