"""Files say which group a partner is of, where whoever brings them may say so."""

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from core.exchange.importing import start_import, totals, upload
from core.security.actor import Actor, acting
from tests.conftest import work

pytestmark = pytest.mark.addons("partners")


@pytest.fixture
def dealers(company):
    made = m.PartnerGroup(company_id=company.id, name="Dealers")
    db.session.add(made)
    db.session.commit()
    return made.id


def imported(app, contents):
    made = upload(db.session, "partner", "partners.csv", contents.encode())
    start_import(db.session, made)
    db.session.commit()
    key = made.id
    work(app)
    db.session.expire_all()
    row = m.DataImportRow
    bad = select(row.number, row.reason).where(row.import_id == key, row.state == "bad")
    return totals(db.session, key).booked, dict(db.session.execute(bad).all())


def group_of(code):
    return db.session.scalar(select(m.Partner.partner_group_id).where(m.Partner.code == code))


def test_a_file_puts_customers_into_groups_and_an_empty_cell_leaves_them(app, dealers):
    booked, bad = imported(app, "Code,Name,客户组\nC1,One,Dealers\nC2,Two,\nC3,Three,Nobody\n")
    assert booked == 2 and list(bad) == [4] and bad[4].startswith("There is no such group")
    assert (group_of("C1"), group_of("C2")) == (dealers, None)
    assert imported(app, "Code,Name,Customer group\nC1,First,\n") == (1, {})
    assert group_of("C1") == dealers


def test_who_may_not_say_whose_customers_are_may_not_say_their_group(app, company, dealers):
    from addons.partners.imports import targets
    from core.exchange.targets import Document, Row

    rows = [
        Row(2, {"code": "C1", "name": "One", "partner_group_id": "Dealers"}),
        Row(3, {"code": "C2", "name": "Two"}),
    ]
    documents = [Document(row.values["code"], [row]) for row in rows]
    actor = Actor(None, "rep", company.id, permissions=frozenset({"partners.read", "partners.write"}))
    with acting(db.session, actor):
        targets.targets["partner"].book(db.session, documents, {})
    assert documents[0].state == "bad" and "may not say" in rows[0].reason
    assert documents[1].state == "booked"
