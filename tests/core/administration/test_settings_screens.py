"""Companies, numbers, templates, schedules and the audit, as an administrator sees them."""

import re

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from core.locales import LOCALES


@pytest.fixture
def admin(visit):
    return visit("admin")


def saved(visitor, url, **changes):
    """Save a form with some of its values changed."""
    return visitor.post(url, {**visitor.form(url), **changes})


#: Everybody may read the first two; their entries in the menu are the administrator's all the same.
OPEN = ("company", "currency")
CLOSED = ("sequence", "mail.template", "scheduled.action", "audit.event", "addon")


@pytest.mark.parametrize("name", [*OPEN, *CLOSED])
def test_a_list_is_in_the_menu_of_an_administrator_only(visit, admin, name):
    clerk, url = visit("clerk"), f"/m/{name}.list"
    assert (url in admin.get("/").text, url in clerk.get("/").text) == (True, False)
    assert (admin.get(url).status_code, clerk.get(url).status_code) == (200, 200 if name in OPEN else 403)


def test_a_company_is_changed_and_its_currency_stays(admin, company, fresh):
    page = admin.get(f"/m/company.form/{company.id}").text
    assert 'name="currency_code' not in page
    assert all(f'value="{code}"' in page for code in ("", *LOCALES))
    answer = saved(admin, f"/m/company.form/{company.id}", street="18 Harbour Road", locale="zh_CN")
    assert answer.status_code == 303, answer.text
    kept = fresh("Company", company.id)
    assert (kept.street, kept.locale, kept.currency_code) == (
        "18 Harbour Road",
        "zh_CN",
        company.currency_code,
    )


def test_whoever_founds_a_company_may_work_in_it(admin):
    values = {
        "code": "NEW",
        "name": "New Components Ltd",
        "currency_code": "USD",
        "currency_code.text": "USD",
    }
    answer = saved(admin, "/m/company.form/new", **values)
    assert answer.status_code == 303, answer.text
    made = db.session.scalars(select(m.Company).where(m.Company.code == "NEW")).one()
    assert admin.post("/me/company", {"company": made.id}).status_code == 303
    assert "New Components Ltd" in admin.get("/").text


def test_a_mail_template_that_cannot_be_read_is_refused(admin, fresh):
    db.session.add(m.MailTemplate(code="x", locale="en", subject="Hello {{ name }}", body="..."))
    db.session.commit()
    template = db.session.scalars(select(m.MailTemplate).where(m.MailTemplate.code == "x")).one()
    url = f"/m/mail.template.form/{template.id}"
    answer = saved(admin, url, subject="Hello {{ name")
    assert (answer.status_code, "can&#39;t be read" in answer.text) == (422, True)
    assert saved(admin, url, subject="Good day {{ name }}").status_code == 303
    assert fresh("MailTemplate", template.id).subject == "Good day {{ name }}"


def test_a_schedule_is_run_out_of_turn(admin, fresh):
    action = db.session.scalars(select(m.ScheduledAction).order_by(m.ScheduledAction.id)).first()
    due = action.next_run_at
    answer = admin.post(f"/m/scheduled.action.form/{action.id}/do/run")
    assert answer.status_code == 303
    job = db.session.scalars(select(m.Job)).one()
    assert (job.kind, job.model, job.record_id) == (action.kind, "scheduled.action", action.id)
    assert fresh("ScheduledAction", action.id).next_run_at == due


def test_the_audit_tells_who_changed_what(visit, admin, company):
    saved(admin, f"/m/company.form/{company.id}", name="Renamed Ltd")
    event = db.session.scalars(select(m.AuditEvent).where(m.AuditEvent.model == "company")).all()[-1]
    page = admin.get("/m/audit.event.list?f.model=company&f.action=update").text
    assert all(text in page for text in (f"/audit/{event.id}", ">Company<", ">Changed<", 'value="company"'))
    assert f"/audit/{event.id}" not in admin.get("/m/audit.event.list?f.model=currency").text
    page = admin.get(f"/audit/{event.id}").text
    assert all(text in page for text in ("Renamed Ltd", company.name, f"/m/company.form/{company.id}"))
    assert "<h1>Company Renamed Ltd: Changed</h1>" in page
    assert visit("clerk").get(f"/audit/{event.id}").status_code == 403


def test_the_audit_names_the_program_in_the_readers_language(visit, company):
    event = m.AuditEvent(
        action="update",
        model="company",
        record_id=company.id,
        company_id=company.id,
        user_name="system",
        after={"city": "Leeds"},
    )
    db.session.add(event)
    db.session.commit()
    admin = visit("admin", "zh_CN")
    for url in ("/m/audit.event.list", f"/audit/{event.id}", f"/m/company.form/{company.id}/panel"):
        assert re.search(r">\s*系统\s*</(td|a|dd|strong)>", admin.get(url).text), url


def test_names_that_were_shipped_are_shown_translated_and_kept(visit, fresh):
    admin = visit("admin", "zh_CN")
    role = db.session.scalars(select(m.Role).where(m.Role.name == "core.employee")).one()
    url = f"/m/role.form/{role.id}"
    assert admin.get(url).text.count("员工") >= 3  # the title, where one is, and the field
    assert saved(admin, url, requires_second_factor="y").status_code == 303
    assert (fresh("Role", role.id).title, fresh("Role", role.id).requires_second_factor) == ("Employee", True)
    choices = "/m/user.form/choices/roles.role_id?q="
    assert [found["label"] for found in admin.get(f"{choices}员工").json] == ["员工"]
    assert admin.get(f"{choices}Employee").json == []
    assert saved(admin, url, title="雇员").status_code == 303
    assert fresh("Role", role.id).title == "雇员"


def test_events_of_another_company_are_not_there(admin, company):
    other = m.Company(code="OTHER", name="Other Ltd", currency_code="USD")
    db.session.add(other)
    db.session.flush()
    event = m.AuditEvent(action="update", model="company", record_id=other.id, company_id=other.id)
    db.session.add(event)
    db.session.commit()
    assert admin.get(f"/audit/{event.id}").status_code == 404
    assert f"/audit/{event.id}" not in admin.get("/m/audit.event.list").text


def test_administrators_are_told_what_the_server_does_not_run(shelf, admin, visit, monkeypatch):
    clerk = visit("clerk")
    assert "restart it" not in admin.get("/m/addon.list").text
    monkeypatch.setitem(shelf.extensions, "host_state", lambda: ("ResolutionError: gone", True))
    page = admin.get("/m/addon.list").text
    assert "as it cannot load those that are installed (ResolutionError: gone)." in page
    assert "The code on disk is newer than this server: restart it." in page
    assert "restart it" not in clerk.get("/account").text
