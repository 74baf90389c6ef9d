"""Settings: bad ones are named, and the company's day is that of its time zone."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from core.clock import today
from core.settings import Settings, SettingsError, get_settings


@pytest.fixture
def environment(monkeypatch):
    """Set variables of the environment."""

    def set_all(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()

    return set_all


def test_each_bad_value_is_named_and_not_repeated(environment):
    environment(BINCARD_TIMEZONE="Mars/Base", BINCARD_SMTP_PORT="geheim-17", BINCARD_DEFAULT_LOCALE="zh")
    with pytest.raises(SettingsError) as error:
        get_settings()
    lines = str(error.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "BINCARD_DEFAULT_LOCALE",
        "BINCARD_TIMEZONE",
        "BINCARD_SMTP_PORT",
    ]
    assert lines[0].endswith("take one of en, zh_CN")
    assert "Asia/Shanghai" in lines[1]
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", 31), ("Asia/Shanghai", 1), ("America/New_York", 31), ("Pacific/Auckland", 1)]
)
def test_the_day_begins_where_the_company_is(app, zone, day):
    app.extensions["settings"] = Settings(timezone=zone)
    with time_machine.travel(datetime(2026, 3, 31, 20, 0, tzinfo=UTC)):
        assert today() == date(2026, 3 if day == 31 else 4, day)
