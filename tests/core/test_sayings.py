"""What was said is kept as its message, and read in the language of whoever reads it."""

from datetime import date
from decimal import Decimal

import pytest

from core.i18n import in_locale
from core.sayings import Saying, Told, kept, retold, say

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
COLUMN = Told()


def read(text):
    return COLUMN.process_result_value(text, None)


@pytest.mark.usefixtures("app")
class TestSayings:
    def test_the_example_of_the_module(self):
        said = say("as on %(number)s of %(day)s", number="PO-17", day=date(2026, 10, 2))
        assert said == "as on PO-17 of Oct 2, 2026"
        assert kept(said) == (
            '["as on %(number)s of %(day)s",{"number":"PO-17","day":{"date":"2026-10-02"}}]'
        )
        with in_locale("zh_CN"):
            assert "2026年10月2日" in retold(said) and "2026年10月2日" in read(kept(said))

    def test_sayings_stand_in_sayings_with_numbers(self):
        inner = say("list %(name)s", name='Q3 "new"')
        said = say("%(list)s, break %(quantity)s+", list=inner, quantity=Decimal("1000.0000"))
        again = read(kept(said))
        assert again == said == 'list Q3 "new", break 1,000+'
        assert isinstance(again, Saying) and kept(again) == kept(said)

    @pytest.mark.parametrize("text", ["", "Mail", '["', '["a"]', '["a",{"b":{}}]', '["%(x)q",{"x":"1"}]'])
    def test_what_is_no_saying_stays_as_it_stands(self, text):
        assert read(text) == text and COLUMN.process_bind_param(text, None) == text

    def test_none_is_none(self):
        assert read(None) is None and COLUMN.process_bind_param(None, None) is None
