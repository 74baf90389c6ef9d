"""One place for configuration: every value comes from the environment."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.locales import LOCALES

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """Variables of the environment that cannot be used; the text has a line for each of them."""


@cache
def _zones() -> set[str]:
    # Some six hundred files are opened to find them: once a process is enough.
    return available_timezones()


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("there is no such time zone: take a name such as Asia/Shanghai or Europe/Berlin")
    return name


def _known_locale(code: str) -> str:
    if code not in LOCALES:
        raise ValueError(f"there is no such language: take one of {', '.join(LOCALES)}")
    return code


def _without_slash(address: str) -> str:
    if address and not address.startswith(("https://", "http://")):
        raise ValueError("give the whole address, such as https://erp.example.com")
    return address.rstrip("/")


class Settings(BaseSettings):
    """Values that an operator sets; each is read from `BINCARD_<NAME>` unless an alias is given."""

    model_config = SettingsConfigDict(env_prefix="BINCARD_", populate_by_name=True)

    database_url: str = Field(default="postgresql+psycopg:///bincard", validation_alias="DATABASE_URL")
    #: The role that owns the tables, for installs, upgrades and backups; empty: that of `database_url`.
    database_owner_url: str = ""
    broker_url: str = Field(default="memory://", validation_alias="BROKER_URL")
    data: Path = ROOT / ".data"
    #: Signs sessions and forms: the same for all processes and over restarts, and known to nobody else.
    secret_key: SecretStr = SecretStr("")
    #: Encrypts the secrets of authenticator apps: `1:key`, or `2:new,1:old` after a change of keys.
    totp_secrets: SecretStr = SecretStr("")
    #: A server on a developer's machine: it may run without a secret key.
    development: bool = False
    #: Further folders with addons, beside `addons/`, separated by the path separator of the system.
    addons_path: str = ""
    #: The language of whoever has chosen none.
    default_locale: Annotated[str, AfterValidator(_known_locale)] = "en"
    #: Where the company is: its day dates documents and ends periods.
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"

    #: `mailbox` writes each message to a folder and shows it on a page: nothing leaves the machine.
    mail_transport: Literal["mailbox", "smtp"] = "mailbox"
    mail_from: str = "Bincard <no-reply@localhost>"
    #: Who reads the answers to mails of companies that have no address of their own.
    mail_reply_to: str = ""
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    #: Seconds that a mail server may take for one answer.
    smtp_timeout: int = 60
    #: When set, every message goes to this address instead; the subject names the real one.
    mail_redirect: str = ""

    #: The mailbox to which servers return what they can't deliver, by IMAP; empty: nobody reads it.
    returns_host: str = ""
    returns_port: int = 993
    returns_user: str = ""
    returns_password: SecretStr = SecretStr("")
    returns_security: Literal["none", "starttls", "tls"] = "tls"
    returns_folder: str = "INBOX"

    #: `json` or `text`; empty: text on a terminal, json elsewhere.
    log_format: Literal["", "json", "text"] = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    #: Who scrapes `/metrics` sends it as bearer; empty: only this machine may.
    metrics_token: SecretStr = SecretStr("")
    #: Where people outside reach this installation, `https://erp.example.com`; empty: no mail has a link.
    public_url: Annotated[str, AfterValidator(_without_slash)] = ""
    #: How many proxies in front of the web server may say for whom they ask.
    proxies: int = Field(default=0, ge=0)
    #: `off`: events are kept as held deliveries, and nothing leaves the machine.
    webhooks: Literal["off", "on"] = "off"
    #: Networks inside the company that webhooks may reach, such as `10.1.0.0/16,192.168.7.5/32`; all other
    #: private addresses are refused, whatever a name resolves to.
    webhooks_private: str = ""

    #: How many calls of the API one token may make a minute; 0 is without a limit.
    api_calls_a_minute: int = Field(default=600, ge=0)

    #: How large a file may be that is put beside a record.
    attachment_megabytes: int = Field(default=25, gt=0)

    #: For how many days the rows of a finished import are kept beside what they became.
    import_rows_days: int = Field(default=7, ge=1)

    #: Seconds between two sweeps, which ring again for all that is still open.
    sweep_seconds: float = Field(default=5.0, gt=0)

    #: Seconds that an install waits for the tables before it gives up without a change.
    ddl_lock_timeout: int = 20

    @property
    def owner_url(self) -> str:
        """The database in the name of the role that owns the tables."""
        return self.database_owner_url or self.database_url

    @property
    def zone(self) -> ZoneInfo:
        """The time zone by which a day begins."""
        return ZoneInfo(self.timezone)

    @property
    def attachments(self) -> Path:
        """Where file contents lie, by their hash."""
        return self.data / "attachments"

    @property
    def mailbox(self) -> Path:
        """Where the development transport drops messages."""
        return self.data / "mailbox"


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once; raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_told(problem) for problem in error.errors())) from None


def _told(problem: Any) -> str:
    # Without the value: it may be a secret.
    name = str(problem["loc"][0])
    variable = name if name.isupper() else f"BINCARD_{name.upper()}"
    return f"{variable}: {problem['msg'].removeprefix('Value error, ')}"
