"""Exchange rates from files: a row for each currency and day, or a column for each currency.

Central banks publish how many units of each currency one unit of theirs is worth; the books need what a
unit of a foreign currency is worth in their own. Example, books in USD, one EUR = 1.0800 USD = 7.8300
CNY: a yuan is 1.08 / 7.83 = 0.1379310345 USD, and a euro 1.08 USD. Currencies that are not set up here
are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date as Date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from addons.accounting.services.chart import Books, books_of
from core import m
from core.exchange.convert import AS_WRITTEN, DecimalCell, Reading, date, identifier, text
from core.exchange.targets import Document, Target, TargetField, TargetOption
from core.i18n import _, _l
from core.security.actor import actor_of

#: What the European Central Bank has published rates of, with a column each in its history.
PUBLISHED = [
    "USD",
    "JPY",
    "BGN",
    "CYP",
    "CZK",
    "DKK",
    "EEK",
    "GBP",
    "HUF",
    "LTL",
    "LVL",
    "MTL",
    "PLN",
    "ROL",
    "RON",
    "SEK",
    "SIT",
    "SKK",
    "CHF",
    "ISK",
    "NOK",
    "HRK",
    "RUB",
    "TRL",
    "TRY",
    "AUD",
    "BRL",
    "CAD",
    "CNY",
    "HKD",
    "IDR",
    "ILS",
    "INR",
    "KRW",
    "MXN",
    "MYR",
    "NZD",
    "PHP",
    "SGD",
    "THB",
    "ZAR",
    "EUR",
    "TWD",
    "VND",
]
PLACES = Decimal("0.0000000001")
NOTHING = {"n/a", "-", "–"}


class QuotedRate(DecimalCell):
    """A rate, or nothing where a bank writes that it has none."""

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> Any:
        return None if cell.casefold() in NOTHING else super().__call__(cell, reading)


def book(session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Write the rates of each row, in place of what the same source said of the day."""
    company_id = actor_of(session).company_id
    if company_id is None:
        raise ValueError("an import belongs to a company")
    books = books_of(session, company_id)
    currencies = set(session.scalars(select(m.Currency.code)))
    rows: dict[tuple[str, Date], dict[str, Any]] = {}
    for document in documents:
        for currency, rate in _rates(document, books, currencies, options):
            day = document.rows[0].values["date"]
            rows[currency, day] = {"currency_code": currency, "date": day, "rate": rate}
    source = options.get("source") or "import"
    _write(session, [{**row, "company_id": company_id, "source": source} for row in rows.values()])
    _note(session, documents, books, source)


def _rates(
    document: Document, books: Books, currencies: set[str], options: Mapping[str, Any]
) -> Iterator[tuple[str, Decimal]]:
    """Each foreign currency of the row with its worth in that of the books; refuses a row that has none."""
    values = document.rows[0].values
    quoted = {code: values[code] for code in PUBLISHED if values[code]}
    if values["currency"] and values["rate"]:
        quoted[values["currency"]] = values["rate"]
    if any(rate < 0 for rate in quoted.values()):
        document.refuse(_("An exchange rate is above zero."), "rate")
    elif not quoted:
        document.refuse(_("This row has no rate: give a currency and a rate, or a column for each currency."))
    elif values["currency"] and values["currency"] not in currencies:
        document.refuse(
            _("There is no currency %(code)s: add it under Currencies.", code=values["currency"]), "currency"
        )
    else:
        yield from _worth(document, quoted, books.currency, currencies, options)


def _worth(
    document: Document,
    quoted: Mapping[str, Decimal],
    own: str,
    currencies: set[str],
    options: Mapping[str, Any],
) -> Iterator[tuple[str, Decimal]]:
    if options.get("quotes", "base") == "own":
        yield from ((code, rate) for code, rate in quoted.items() if code in currencies and code != own)
        return
    base = options.get("base") or "EUR"
    per_base = {**quoted, base: Decimal(1)}
    if own not in per_base:
        document.refuse(_("This row has no rate of %(own)s, the currency of the books.", own=own), "rate")
        return
    for code, rate in per_base.items():
        if code in currencies and code != own:
            yield code, (per_base[own] / rate).quantize(PLACES)


def _write(session: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        statement = insert(m.AccountingCurrencyRate.__table__)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["company_id", "currency_code", "date", "source"],
                set_={"rate": statement.excluded.rate},
            ),
            rows,
        )


def _note(session: Any, documents: Sequence[Document], books: Books, source: str) -> None:
    """Each row became the rates of its day: it is known by the first of them."""
    rate = m.AccountingCurrencyRate
    days = [document.rows[0].values["date"] for document in documents if document.state != "bad"]
    query = select(rate.date, func.min(rate.id)).where(
        rate.company_id == books.company_id, rate.source == source, rate.date == func.any(days)
    )
    found = dict(session.execute(query.group_by(rate.date)).all())
    for document in documents:
        if document.state != "bad":
            record_id = found.get(document.rows[0].values["date"])
            if record_id is None:
                document.refuse(_("None of its currencies is set up here: add them under Currencies."))
            else:
                document.booked(record_id)


TARGET = Target(
    name="accounting.currency_rate",
    title=_l("Exchange rates"),
    permission="accounting.import",
    book=book,
    fields=(
        TargetField("date", _l("Date"), date(), required=True, aliases=("Day", "日期")),
        TargetField("currency", _l("Currency"), identifier(3), aliases=("Currency Code", "币种")),
        TargetField("rate", _l("Exchange rate"), QuotedRate(10), aliases=("Rate", "汇率")),
        *(TargetField(code, code, QuotedRate(10)) for code in PUBLISHED),
    ),
    options=(
        TargetOption("source", _l("Source"), text(40), default="ECB"),
        TargetOption(
            "quotes",
            _l("What the rates say"),
            default="base",
            choices={
                "base": _l("units of each currency for one unit of the base"),
                "own": _l("units of our currency for one unit of the other"),
            },
        ),
        TargetOption("base", _l("Base of the rates"), text(3), default="EUR"),
    ),
)
