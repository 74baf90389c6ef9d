"""A search finds what it says in a document and in the name of its partner, by their indexes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import text

from core import m
from core.db import db
from core.screens.lists import narrowing
from core.screens.lists.page import plan_for
from core.screens.lists.query import query_of
from core.screens.lists.state import ListState
from core.security.actor import SYSTEM
from tests.core.screens.test_lists import rows_of

LIST = "/m/shelf.order.list"


@pytest.fixture
def orders(parts: list[Any]) -> None:
    """Twelve orders, four of each maker."""
    company = db.session.query(m.Company).filter_by(code="D").one()
    makers = db.session.query(m.ShelfMaker).order_by(m.ShelfMaker.id).all()
    for n in range(12):
        on = date(2026, 3, 1 + n)
        db.session.add(
            m.ShelfOrder(number=f"SO-{n:02}", date=on, maker_id=makers[n % 3].id, company_id=company.id)
        )
    db.session.commit()


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("yageo", ["SO-09", "SO-06", "SO-03", "SO-00"]),
        ("YAGEO 0", ["SO-09", "SO-06", "SO-03", "SO-00"]),
        ("风华", ["SO-11", "SO-08", "SO-05", "SO-02"]),
        ("so-1 murata", ["SO-10"]),
        ("11", ["SO-11"]),
        ("m murata 04", ["SO-04"]),
        # One or two letters begin a word.
        ("ur", []),
        ("nobody", []),
        ("100%", []),
    ],
)
def test_words_are_found_in_numbers_and_names(
    visit: Callable[..., Any],
    orders: None,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    q: str,
    found: list[str],
) -> None:
    monkeypatch.setattr(narrowing, "FEW", few)
    answer = visit("reader").get(LIST, query_string={"q": q})
    assert rows_of(answer.text) == found


def plan_of_search(screen: str, q: str) -> str:
    """How PostgreSQL looks for `q` where it may neither read the table nor all of a company's rows."""
    screens = current_app.extensions["screens"]
    query = query_of(plan_for(screens, screens.by_name[screen]), ListState(q=q), SYSTEM, "en")
    db.session.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexonlyscan = off"))
    db.session.execute(text("SET LOCAL enable_indexscan = off"))
    compiled = query.count().compile(db.engine, compile_kwargs={"literal_binds": True})
    return "\n".join(db.session.scalars(text(f"EXPLAIN {compiled}".replace(":", "\\:"))))


@pytest.mark.parametrize(
    ("screen", "index"),
    [
        ("accounting.invoice.list", "ix_accounting_invoice_search"),
        ("accounting.payment.list", "ix_accounting_payment_search"),
        ("accounting.open_item.list", "ix_accounting_open_item_search"),
        ("billing.statement.list", "ix_billing_statement_search"),
    ],
)
@pytest.mark.addons("accounting", "billing_statements")
class TestIndexes:
    """Of the addons that have documents."""

    @pytest.fixture
    def addons(self) -> tuple[str, ...]:
        """Of the product."""
        return ("accounting", "billing_statements")

    def test_an_index_serves_the_search_of_documents(self, app: Flask, screen: str, index: str) -> None:
        company = db.session.query(m.Company).one()
        db.session.add(m.Partner(company_id=company.id, code="C1", name="Acme Devices"))
        db.session.commit()
        assert index in plan_of_search(screen, "acme")
