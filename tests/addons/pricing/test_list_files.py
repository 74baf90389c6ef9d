"""Suppliers' price lists come in as they are: good prices are kept, the others named with their row."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from sqlalchemy import select

from addons.pricing.services.errors import PricingError
from addons.pricing.services.latest import Wanted, latest_prices
from addons.pricing.services.list_files import ListFile
from addons.pricing.services.price_columns import break_of
from addons.pricing.services.price_days import validity_of
from core import m
from core.clock import today
from core.db import db
from core.exchange.cells import Reading
from core.security.users import ensure_user
from core.tabular.errors import FileError
from tests.addons.pricing.conftest import DAY
from tests.logins import log_in

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)


def workbook(*rows, sheet="Prices"):
    """An xlsx of these rows."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet(sheet)
        for n, row in enumerate(rows):
            page.write_row(n, 0, row)
    return file.getvalue()


def taken(shop, contents, name="Q2", **values):
    return m.PricingPriceList.take_in(db.session, ListFile(shop.supplier, contents, name, DAY, **values))


def prices_of(key):
    of = db.session.get(m.PricingPriceList, key)
    found = [(p.product.code, p.min_quantity, p.unit_price / p.per) for p in of.prices]
    return of.currency_code, found


def codes(shop):
    return [db.session.get(m.Product, part).code for part in shop.parts[:2]]


@pytest.mark.parametrize(
    ("heading", "least"),
    [
        ("1+", 1),
        ("100+", 100),
        ("1,000+", 1000),
        ("1.000+", 1000),
        ("10-99", 10),
        ("≥500", 500),
        (">= 500 pcs", 500),
        ("1K+", 1000),
        ("Qty 25", 25),
        ("１００以上", 100),
        ("Price (100+)", 100),
        ("Price", None),
        ("LM358", None),
        ("Q2 2026 list", None),
    ],
)
def test_headings_that_are_breaks(heading, least):
    assert break_of(heading) == least


def test_breaks_in_columns_below_a_letterhead(shop):
    one, two = codes(shop)
    contents = workbook(
        ["Maker Components Ltd"],
        ["All prices in EUR, valid from 2 March"],
        [],
        ["No.", "P/N", "Description", "1+", "100+", "1,000+"],
        [1, one, "Resistor", 0.10, 0.09, 0.085],
        [2, two.lower(), "Capacitor", 2, "-", "1.80"],
    )
    found = taken(shop, contents)
    assert (found.prices, found.faults) == (5, [])
    assert prices_of(found.lists[0]) == (
        "EUR",
        [
            (one, 1, Decimal("0.1")),
            (one, 100, Decimal("0.09")),
            (one, 1000, Decimal("0.085")),
            (two, 1, 2),
            (two, 1000, Decimal("1.8")),
        ],
    )
    asked = Wanted(shop.supplier, shop.parts[0], Decimal(1200), "EUR", DAY)
    assert latest_prices(db.session, [asked])[asked].net == Decimal("0.085")


def test_breaks_in_rows_with_a_currency_and_a_unit_in_columns(shop):
    one, two = codes(shop)
    contents = "\n".join(
        [
            "型号;起订量;单价;单位;币种",
            f"{one};1;0,10;PCS;RMB",
            f"{one};1000;85,00;千;RMB",
            f"{two};1;2,00;1;USD",
        ]
    ).encode("gbk")
    found = taken(shop, contents)
    assert found.faults == []
    assert [prices_of(key) for key in found.lists] == [
        ("CNY", [(one, 1, Decimal("0.1")), (one, 1000, Decimal("0.085"))]),
        ("USD", [(two, 1, 2)]),
    ]


def test_what_is_wrong_is_named_and_the_rest_is_kept(shop):
    one, two = codes(shop)
    shop.price_list("Q1", (shop.parts[0], "0.10"), (shop.parts[1], "2.00"), valid_from=date(2026, 1, 1))
    contents = workbook(
        ["Part no.", "MPN", "From", "Price", "Unit", "Currency"],
        [one, "", 1, 1.02, "", "USD"],  # ten times the price
        [one, "", 100, 0.09, "", "USD"],
        [two, "", 1, 1.95, "kg", "USD"],  # a wrong unit
        [two, "", 1, 1.90, "PCS", "USD"],
        [two, "", 1, 1.99, "PCS", "USD"],  # twice
        [two, "", 100, 1.80, "PCS", "EUR"],  # another currency than was said
        ["NO-SUCH", "", 1, 5, "", "USD"],
        [one, two, 10, 0.1, "", "USD"],  # two parts
        ["", "", 1, 7, "", "USD"],
        [one, "", 500, "on request", "", "USD"],
        [two, "", 1000, 4.5, "", "USD"],  # dearer from more on
        [two, "", 2000, 1.5, "", "XXZ"],
    )
    found = taken(shop, contents, currency="USD")
    assert prices_of(found.lists[0]) == (
        "USD",
        [(one, 100, Decimal("0.09")), (two, 1, Decimal("1.9"))],
    )
    kept = db.session.get(m.PricingPriceList, found.lists[0])
    assert kept.replaces.name == "Q1"
    said = {(fault.row, fault.heading): fault.reason for fault in kept.faults}
    begins = {
        (2, "Price"): "1.02 a piece is 10.2 times the 0.1 of list Q1",
        (4, "Unit"): "“kg” is no unit of this part",
        (6, "Price"): "Row 5 has 1.9 for the same part and quantity",
        (7, "Currency"): "The list is in USD, and this row in EUR",
        (8, "Price"): "No part of ours is called “NO-SUCH”",
        (9, "Price"): f"“{one} / {two}” are different parts of ours",
        (10, ""): "This row has a price and no part.",
        (11, "Price"): "“on request”",
        (12, "Price"): "4.5 a piece is 2.37 times the 1.9 of its price from 1 on",
        (13, "Currency"): "We keep no currency “XXZ”",
    }
    assert said.keys() == begins.keys()
    assert {key: reason[: len(begins[key])] for key, reason in said.items()} == begins


def test_the_columns_of_a_supplier_are_remembered(shop):
    one, _two = codes(shop)
    owner = f"prices:{shop.supplier}"
    taken(shop, workbook(["P/N", "U/P"], [one, 1]))
    assert m.MatchingMapping.recall(db.session, shop.company_id, owner) == {"part": "P/N", "price": "U/P"}
    # What a person chose goes before what headings sound like.
    m.MatchingMapping.remember(db.session, shop.company_id, owner, {"part": "P/N", "price": "Your price"})
    found = taken(shop, workbook(["P/N", "Price", "Your price"], [one, 9, 1]), "Q3")
    assert prices_of(found.lists[0])[1] == [(one, 1, 1)]


def test_a_file_that_says_nothing_is_refused(shop):
    one, _two = codes(shop)
    with pytest.raises(FileError, match="names a part and a price"):
        taken(shop, workbook(["Hello"], ["World"]))
    taken(shop, workbook(["P/N", "U/P"], [one, 1]))
    with pytest.raises(PricingError, match="There is a list “Q2”"):
        taken(shop, workbook(["P/N", "U/P"], [one, 2]))
    found = taken(shop, workbook(["P/N", "U/P"], ["NO-SUCH", 1]), "Q4")
    assert (found.lists, len(found.faults)) == ([], 1)


def test_the_page_takes_the_file_and_shows_what_is_left_out(app, shop):
    one, _two = codes(shop)
    roles = ("pricing.pricing",)
    ensure_user(db.session, "b@example.com", "a long enough password", shop.company, name="B", roles=roles)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).first())
    url = f"/pricing/suppliers/{shop.supplier}/list"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(url).text)[1]

    def send(contents, name):
        values = {"file": (io.BytesIO(contents), name), "valid_from": "2026-03-02", "csrf_token": token}
        return client.post(url, data=values, follow_redirects=True)

    done = send(workbook(["P/N", "1+"], [one, 1], ["NO-SUCH", 2]), "Q2-2026.xlsx").text
    assert "1 price is taken. 1 row or cell is left out" in done
    assert "NO-SUCH" in done and "Q2-2026" in done
    refused = send(b"nothing", "nothing.csv")
    assert refused.status_code == 422 and "put headings above" in refused.text
    none = send(workbook(["P/N", "1+"], ["NO-SUCH", 2]), "Q3.xlsx")
    assert none.status_code == 422 and "No part of ours is called" in none.text


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("cells", "since", "until"),
    [
        (["Valid from: 1 Dec 2026"], date(2026, 12, 1), None),
        (["Price list, effective December 1, 2026"], date(2026, 12, 1), None),
        (["Effective date", "", "2026-12-01"], date(2026, 12, 1), None),
        (["Gültig ab 01.12.2026"], None, None),
        (["Gültig ab 31.12.2026"], date(2026, 12, 31), None),
        (["生效日期：2026年12月1日"], date(2026, 12, 1), None),
        (["有效期：2026-10-01 至 2026-12-31"], date(2026, 10, 1), date(2026, 12, 31)),
        (["Valid from 2026-10-01, valid until 2026-12-31"], date(2026, 10, 1), date(2026, 12, 31)),
        (["Valid until 2026-12-31"], None, date(2026, 12, 31)),
        (["All prices in EUR, valid from 2 March"], None, None),
        (["Printed on 2026-11-30"], None, None),
    ],
)
def test_a_letterhead_says_from_when_on_and_until_when(cells, since, until):
    found = validity_of([(1, ["ACME"]), (2, cells)], Reading())
    assert (found.since, found.until) == (since, until)
    assert bool(found.wrong) == (cells == ["Gültig ab 01.12.2026"])


def test_a_list_takes_effect_on_the_day_that_its_file_names(shop):
    one, two = codes(shop)
    rows = [["Maker Ltd"], ["Valid from", "2026-12-01"], ["P/N", "U/P"], [one, 1], [two, 2]]
    found = m.PricingPriceList.take_in(db.session, ListFile(shop.supplier, workbook(*rows), "Q4"))
    (kept,) = [db.session.get(m.PricingPriceList, key) for key in found.lists]
    assert (kept.valid_from, found.faults) == (date(2026, 12, 1), [])
    # What somebody says with the file goes before its letterhead.
    found = taken(shop, workbook(*rows), "Q5")
    assert db.session.get(m.PricingPriceList, found.lists[0]).valid_from == DAY
    # Where nobody says anything, it holds from today.
    found = m.PricingPriceList.take_in(db.session, ListFile(shop.supplier, workbook(*rows[2:]), "Q6"))
    assert db.session.get(m.PricingPriceList, found.lists[0]).valid_from == today()


def test_each_row_may_name_its_days(shop):
    one, two = codes(shop)
    contents = workbook(
        ["P/N", "U/P", "Valid from", "Valid to"],
        [one, 1, "2026-04-01", "2026-06-30"],
        [one, 1.1, "2026-07-01", ""],
        [two, 2, "2026-07-01", ""],
        [two, 2.2, "", ""],
        [two, 3, "2026-08-01", "2026-07-01"],
        [two, 3, "soon", ""],
    )
    found = taken(shop, contents)
    lists = [db.session.get(m.PricingPriceList, key) for key in found.lists]
    assert [(x.name, x.valid_from, x.valid_until, len(x.prices)) for x in lists] == [
        ("Q2 2026-03-02", DAY, None, 1),
        ("Q2 2026-04-01–2026-06-30", date(2026, 4, 1), date(2026, 6, 30), 1),
        ("Q2 2026-07-01", date(2026, 7, 1), None, 2),
    ]
    assert [(fault.row, fault.reason[:24]) for fault in found.faults] == [
        (6, "The price would end on J"),
        (7, "“soon” is not a day of t"),
    ]
    for on, price in ((date(2026, 5, 1), 1), (date(2026, 7, 1), Decimal("1.1"))):
        asked = Wanted(shop.supplier, shop.parts[0], Decimal(1), "USD", on)
        assert latest_prices(db.session, [asked])[asked].net == price
