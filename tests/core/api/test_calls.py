"""Records over the API: what may be read and written, and under which conditions."""

import threading
from collections.abc import Callable
from secrets import token_hex
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.datastructures import MultiDict

from core import m
from core.api.queries import parse
from core.api.resources import find_resource
from core.api.tokens import create_token
from core.db import db
from core.security.actor import SYSTEM, set_actor
from tests.core.api.conftest import Program

Make = Callable[..., Program]
AGED = text("UPDATE api_reply SET created_at = now() - interval '25 hours' WHERE key = 'old'")
BOOKKEEPER = ("core.read", "partners.read", "partners.write", "accounting.read", "accounting.write")


@pytest.fixture
def partner(program: Make) -> int:
    answer = program("*").post("partner", {"code": "ACME", "name": "Acme Ltd"})
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def invoice_of(partner: int, *quantities: str) -> dict[str, Any]:
    lines = [{"description": f"Part {q}", "quantity": q, "unit_price": "1.25"} for q in quantities]
    return {"partner_id": partner, "date": "2026-03-02", "due_date": "2026-04-01", "lines": lines}


def test_an_invoice_is_written_with_its_lines_changed_and_posted(program: Make, partner: int) -> None:
    erp = program("*")
    made = erp.post("accounting.invoice", invoice_of(partner, "10", "4.5"))
    assert made.status_code == 201
    assert made.json["total"] == "18.13"  # 12.50 + 5.63
    assert [line["net"] for line in made.json["lines"]] == ["12.50", "5.63"]
    url = f"accounting.invoice/{made.json['id']}"
    assert made.headers["Location"].endswith(url)

    kept = made.json["lines"][1]
    new = {"description": "New", "quantity": "1", "unit_price": "2"}
    changed = erp.patch(url, {"lines": [new, {"id": kept["id"], "quantity": "2"}]}, made.headers["ETag"])
    assert changed.status_code == 200, changed.text
    assert [(line["description"], line["net"]) for line in changed.json["lines"]] == [
        ("New", "2.00"),
        ("Part 4.5", "2.50"),
    ]
    assert (changed.json["total"], changed.json["date"]) == ("4.50", "2026-03-02")

    posted = erp.act(url, "post", changed.headers["ETag"])
    assert posted.json["message"] == f"{posted.json['record']['number']} is posted."
    assert posted.json["record"]["state"] == "posted"
    late = erp.patch(url, {"reference": "late"}, posted.headers["ETag"])
    assert (late.status_code, late.json["type"]) == (409, "urn:bincard:problem:conflict")
    assert erp.act(url, "post", posted.headers["ETag"]).status_code == 409


def test_values_are_the_same_in_every_language(program: Make, partner: int) -> None:
    body = invoice_of(partner, "12345.6789")
    made = [program("*", locale=locale).post("accounting.invoice", body) for locale in ("en", "zh-CN")]
    assert [answer.json["total"] for answer in made] == ["15432.10", "15432.10"]
    assert [answer.json["date"] for answer in made] == ["2026-03-02", "2026-03-02"]


def test_what_is_left_out_stays_as_it_is(program: Make, partner: int) -> None:
    erp = program("*")
    first = erp.post("partner", {"code": "B", "name": "B", "is_supplier": True, "active": False}).json
    after = erp.patch(f"partner/{first['id']}", {"city": "Rome"}).json
    assert after == {**first, "city": "Rome"}


def test_errors_are_told_by_field(program: Make, partner: int) -> None:
    body = invoice_of(partner, "1") | {"state": "posted", "colour": "red", "date": "2026-02-30"}
    body["lines"] += [{"quantity": 3, "unit_price": "1.12345678"}, {}, "line"]
    answer = program("*").post("accounting.invoice", body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert {e["field"] for e in answer.json["errors"]} == {
        "state",
        "colour",
        "date",
        "lines.1.quantity",
        "lines.1.unit_price",
        "lines.3",
    }
    empty = program("*").post("accounting.invoice", {"partner_id": partner, "lines": [{}]})
    assert [e["field"] for e in empty.json["errors"]] == ["lines.0"]
    missing = program("*").post("partner", {"name": "No code"})
    assert missing.json["errors"] == [{"field": "code", "message": "Fill in this field."}]
    elsewhere = program("*").post("accounting.invoice", {"partner_id": 999_999, "lines": []})
    assert [e["field"] for e in elsewhere.json["errors"]] == ["partner_id"]


def test_problems_speak_the_language_of_the_call(program: Make) -> None:
    answer = program("*", locale="zh-CN").get("partner/1")
    assert answer.status_code == 404
    assert answer.json["title"] == "这里没有内容"
    assert answer.json["type"] == "urn:bincard:problem:not-found"


def test_only_what_the_screen_lets_a_person_do(program: Make, partner: int) -> None:
    reader = program("core.read", "partners.read", "partners.read_all", "accounting.read")
    assert reader.get(f"partner/{partner}").status_code == 200
    assert reader.post("partner", {"code": "X", "name": "X"}).status_code == 403
    assert reader.patch(f"partner/{partner}", {"name": "X"}).status_code == 403
    assert reader.get("product").status_code == 403
    erp = program("*")
    assert erp.delete(f"partner/{partner}").status_code == 405  # nobody deletes partners by hand
    assert erp.post("accounting.entry", {}).status_code == 405  # nobody writes entries by hand
    assert erp.post("accounting.open_item", {}).status_code == 405  # there is no form
    assert erp.get("user").status_code == erp.get("api.token").status_code == 404
    note = erp.post("accounting.invoice", invoice_of(partner, "1")).json["id"]
    clerk = program(*BOOKKEEPER)
    assert clerk.act(f"accounting.invoice/{note}", "post").status_code == 403
    assert clerk.act(f"accounting.invoice/{note}", "no_such").status_code == 404


def test_another_company_s_records_are_not_there(app: Flask, program: Make, partner: int) -> None:
    erp = program("*")
    invoice = erp.post("accounting.invoice", invoice_of(partner, "1")).json
    assert len(erp.get("accounting.invoice_line").json["items"]) == 1
    set_actor(db.session, SYSTEM)
    other = m.Company(code="OTHER", name="Other", currency_code="USD")
    db.session.add(other)
    db.session.flush()
    user = m.User(email="o@example.com", name="O", fs_uniquifier="o", company_id=other.id, companies=[other])
    user.roles = [m.Role(name="o", permissions=["*"])]
    db.session.add(user)
    db.session.flush()
    stranger = Program(app, create_token(db.session, user, "Other", ["*"]).secret)
    db.session.commit()
    for url in (f"partner/{partner}", f"accounting.invoice/{invoice['id']}"):
        assert stranger.get(url).status_code == 404
        assert stranger.patch(url, {"reference": "x"}).status_code == 404
    for model in ("partner", "accounting.invoice", "accounting.invoice_line", "partner.contact"):
        assert stranger.get(model).json["items"] == []
    assert [c["code"] for c in stranger.get("company").json["items"]] == ["OTHER"]
    taken = stranger.post("accounting.invoice", invoice_of(partner, "1"))
    assert [e["field"] for e in taken.json["errors"]] == ["partner_id"]


@pytest.mark.addons("shelf", "shelf_label")
def test_a_hidden_field_is_in_no_answer_and_no_question(program: Make) -> None:
    reader, buyer = program("shelf.read", "shelf.write"), program("shelf.read", "shelf.write", "shelf.cost")
    made = buyer.post("shelf.part", {"mpn": "R1", "cost": "77.13"})
    url = f"shelf.part/{made.json['id']}"
    assert buyer.get(url).json["cost"] == "77.13"
    assert "cost" not in reader.get(url).text
    assert "cost" not in reader.get("shelf.part").text
    assert "cost" not in reader.get("/api/openapi.json").text
    for query in ("cost=77.13", "sort=cost", "cost.from=1", "fields=cost"):
        assert reader.get(f"shelf.part?{query}").status_code == 400
    assert reader.patch(url, {"cost": "1.00"}).status_code == 422
    reader.patch(url, {"note": "seen"})
    assert buyer.get(url).json["cost"] == "77.13"


@pytest.mark.addons("shelf", "shelf_label")
def test_a_record_is_deleted_where_its_model_allows(program: Make) -> None:
    erp = program("*")
    part = erp.post("shelf.part", {"mpn": "R2"})
    url = f"shelf.part/{part.json['id']}"
    assert erp.delete(url, '"old"').status_code == 412
    assert erp.delete(url, part.headers["ETag"]).status_code == 204
    assert erp.get(url).status_code == 404
    maker = erp.post("shelf.maker", {"name": "YAGEO"}).json["id"]
    erp.post("shelf.part", {"mpn": "R3", "maker_id": maker})
    used = erp.delete(f"shelf.maker/{maker}")
    assert used.status_code == 409
    assert "still used" in used.json["detail"]


def test_lists_are_filtered_ordered_and_paged(program: Make) -> None:
    erp = program("*")
    for number in range(7):
        body = {"code": f"P{number}", "name": "Even" if number % 2 == 0 else "Odd", "city": "Rome"}
        assert erp.post("partner", body).status_code == 201
    codes = lambda query: [i["code"] for i in erp.get(f"partner?{query}").json["items"]]  # noqa: E731
    assert codes("name=Even&sort=-code") == ["P6", "P4", "P2", "P0"]
    assert codes("code=P1&code=P5") == ["P1", "P5"]
    assert codes("name.contains=dd&limit=1") == ["P1"]
    assert codes("currency_code.empty=false") == []
    found = erp.get("partner?fields=code&limit=3&count=true")
    assert found.json == {"items": [{"id": i + 1, "code": f"P{i}"} for i in range(3)], "total": 7}
    seen, url = [], "/api/v1/partner?limit=3&fields=code"
    while url:
        page = erp.get(url.removeprefix("http://localhost"))
        seen += [item["code"] for item in page.json["items"]]
        link = page.headers.get("Link", "")
        url = link[1 : link.index(">")] if link else ""
    assert seen == [f"P{i}" for i in range(7)]
    assert 'rel="prev"' in erp.get("partner?sort=name&limit=2&page=2").headers["Link"]


def test_contains_is_served_by_the_index_of_the_lists_and_takes_no_wildcards(
    app: Flask, company: Any, program: Make
) -> None:
    rows = [("A", "50% Off Ltd"), ("B", "501 Off Ltd"), ("C", "5_0 Ltd")]
    db.session.add_all([m.Partner(company_id=company.id, code=code, name=name) for code, name in rows])
    db.session.commit()
    erp = program("*")
    for query, codes in (("50%25 oFF", ["A"]), ("5_0", ["C"]), ("%5C", [])):
        found = erp.get(f"partner?name.contains={query}").json["items"]
        assert [item["code"] for item in found] == codes
    partner = find_resource("partner")
    assert partner is not None
    [condition] = parse(partner, SYSTEM, MultiDict({"name.contains": "off"})).where
    statement = select(m.Partner.__table__.c.id).where(condition)
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    literal = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN {literal}").scalars().all()
    assert any("Bitmap Index Scan" in line for line in plan), plan


def test_pages_in_any_order_repeat_and_skip_nothing_while_others_write(
    app: Flask, company: Any, program: Make
) -> None:
    rows = [("K0", "a", None), ("K1", "a", "x"), ("K2", "b", None), ("K3", "b", "y"), ("K4", "c", "x")]
    reps = {n: m.User(email=f"{n}@x.example", name=n, fs_uniquifier=n, company_id=company.id) for n in "xy"}
    db.session.add_all(reps.values())
    db.session.flush()
    for code, name, rep in rows:
        owner = reps[rep].id if rep else None
        db.session.add(m.Partner(company_id=company.id, code=code, name=name, salesperson_id=owner))
    db.session.commit()
    erp = program("*")
    for order in ("name", "-name", "salesperson_id", "-salesperson_id,name", "name,-salesperson_id"):
        expected = [i["code"] for i in erp.get(f"partner?sort={order}&code.contains=K").json["items"]]
        seen, url = [], f"partner?sort={order}&code.contains=K&limit=2&fields=code"
        while url:
            page = erp.get(url.removeprefix("http://localhost/api/v1/"))
            assert all(item.keys() == {"id", "code"} for item in page.json["items"])
            seen += [item["code"] for item in page.json["items"]]
            link = page.headers.get("Link", "")
            url = link[1 : link.index(">")] if 'rel="next"' in link else ""
            # What comes before the place where we are moves nothing.
            name = "zz" if order.startswith("-") else "0"
            db.session.add(m.Partner(company_id=company.id, code=f"N{order}{len(seen)}", name=name))
            db.session.commit()
        assert seen == expected, order


WRONG = """after=x&sort=name after=bm8=&sort=name
    nope=1 sort=nope limit=0 limit=x page=99999 after=1&page=2 fields=nope id=x include=nope count=1
    id.from=1&id.from=2 active=yes name=%00 id=99999999999999999999 active.from=true sort=name&sort=code"""


def test_a_question_that_can_t_be_asked_is_refused(program: Make) -> None:
    erp = program("*")
    for query in WRONG.split():
        answer = erp.get(f"partner?{query}")
        assert answer.status_code == 400, query
        # NUL is refused before anybody looks whose it is.
        assert answer.json.get("errors") or "%00" in query, query


def test_the_number_of_statements_does_not_grow_with_the_rows(
    program: Make, partner: int, count_queries: Callable[..., int]
) -> None:
    erp = program("*")
    for _ in range(4):
        erp.post("accounting.invoice", invoice_of(partner, "1", "2"))
    erp.get("accounting.invoice?include=lines&limit=1")
    few = count_queries(lambda: erp.get("accounting.invoice?include=lines&limit=1"))
    assert count_queries(lambda: erp.get("accounting.invoice?include=lines&limit=4")) <= few


def test_a_version_is_known_before_it_is_changed(program: Make, partner: int) -> None:
    erp, url = program("*"), f"partner/{partner}"
    etag = erp.get(url).headers["ETag"]
    again = erp.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert erp.call("PATCH", url, json={"city": "Rome"}).status_code == 428
    changed = erp.patch(url, {"city": "Rome"}, etag)
    assert changed.headers["ETag"] != etag
    stale = erp.patch(url, {"city": "Paris"}, etag)
    assert (stale.status_code, stale.json["type"]) == (412, "urn:bincard:problem:precondition-failed")
    assert erp.get(url).json["city"] == "Rome"


def test_of_two_who_know_the_same_version_one_wins(app: Flask, program: Make, partner: int) -> None:
    erp, url = program("*"), f"partner/{partner}"
    etag = erp.get(url).headers["ETag"]
    answers: list[int] = []

    def change(city: str) -> None:
        answers.append(
            Program(app, erp.headers["Authorization"][7:]).patch(url, {"city": city}, etag).status_code
        )

    threads = [threading.Thread(target=change, args=(f"City {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 412, 412, 412]


def test_a_repeated_call_has_its_effect_once(program: Make, partner: int) -> None:
    erp, key = program("*"), {"Idempotency-Key": "order-17"}
    first = erp.post("accounting.invoice", invoice_of(partner, "1"), headers=key)
    again = erp.post("accounting.invoice", invoice_of(partner, "1"), headers=key)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotent-Replayed"] == "true"
    other = erp.post("accounting.invoice", invoice_of(partner, "2"), headers=key)
    assert (other.status_code, other.json["type"]) == (422, "urn:bincard:problem:key-reused")
    assert len(erp.get("accounting.invoice").json["items"]) == 1
    assert program("*").post("accounting.invoice", invoice_of(partner, "2"), headers=key).status_code == 201


def test_a_refused_call_may_be_corrected_under_its_key(program: Make) -> None:
    erp, key = program("*"), {"Idempotency-Key": "k"}
    assert erp.post("partner", {"name": "No code"}, headers=key).status_code == 422
    assert erp.post("partner", {"name": "Now", "code": "N"}, headers=key).status_code == 201


def test_a_key_that_is_at_work_answers_409(program: Make, partner: int) -> None:
    from core.api.replies import _SPACE
    from core.db.locks import lock_key

    erp = program("*")
    token_id = db.session.scalar(select(m.ApiToken.id).order_by(m.ApiToken.id.desc()))
    with db.engine.begin() as elsewhere:
        key = {"space": _SPACE, "key": lock_key(f"{token_id} busy")}
        elsewhere.execute(text("SELECT pg_advisory_xact_lock(:space, :key)"), key)
        body = {"name": "N", "code": "N"}
        answer = erp.post("partner", body, headers={"Idempotency-Key": "busy"})
        assert (answer.status_code, answer.json["type"]) == (409, "urn:bincard:problem:in-flight")
    assert erp.post("partner", body, headers={"Idempotency-Key": "busy"}).status_code == 201


def test_keys_are_forgotten_after_a_day(program: Make) -> None:
    from core.api.jobs import forget_replies

    erp = program("*")
    for key in ("old", "new"):
        erp.post("partner", {"name": key, "code": key}, headers={"Idempotency-Key": key})
    db.session.execute(
        text("UPDATE api_reply SET created_at = now() - interval '25 hours' WHERE key = 'old'")
    )
    db.session.commit()
    stale = erp.post("partner", {"name": "x", "code": "x"}, headers={"Idempotency-Key": "old"})
    assert stale.status_code == 201
    db.session.execute(
        text("UPDATE api_reply SET created_at = now() - interval '25 hours' WHERE key = 'old'")
    )
    assert forget_replies.work(db.session, None) == {"deleted": 1}  # type: ignore[arg-type]  # it asks for no item
    assert db.session.scalars(select(m.ApiReply.key)).all() == ["new"]


JSON = "application/json"
UNREADABLE = [
    (b"[" * 200_000, JSON, 400),
    (b'{"name": "\xff"}', JSON, 400),
    (b"[]", JSON, 400),
    (b"", JSON, 400),
    (b'{"name": ' + b"9" * 10_000 + b"}", JSON, 400),
    (b'{"name": NaN}', JSON, 400),
    (b"{}", "text/plain", 415),
    (b"name=x", "application/x-www-form-urlencoded", 415),
    (b'{"name": "' + b"x" * 5_000_000 + b'"}', JSON, 413),
    (b'{"code": "\\u0000", "name": "\\ud800"}', JSON, 422),
    (b'{"code": {"a": []}, "name": true}', JSON, 422),
    (b'{"code": "' + token_hex(8000).encode() + b'", "name": "longer than an index takes"}', JSON, 422),
]


def test_a_body_that_can_t_be_read_is_refused(program: Make) -> None:
    erp = program("*")
    for body, kind, status in UNREADABLE:
        answer = erp.call("POST", "partner", data=body, content_type=kind)
        assert (answer.status_code, answer.json["status"]) == (status, status), body[:40]


def test_an_amount_beyond_all_columns_is_refused(program: Make, partner: int) -> None:
    body = invoice_of(partner, "1")
    body["lines"] = [{"description": "Much", "quantity": "9" * 14, "unit_price": "9" * 14}]
    answer = program("*").post("accounting.invoice", body)
    assert (answer.status_code, answer.json["detail"]) == (
        422,
        "A number is too large to be kept. Check the amounts.",
    )


def test_what_is_not_there_is_404(program: Make) -> None:
    erp = program("*")
    for url in ("nope", "nope/1", *(f"partner/{i}" for i in (0, -1, "x", 10**30))):
        answer = erp.get(url)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), url


def test_a_job_tells_how_far_it_is(app: Flask, program: Make, company: Any) -> None:
    job = m.Job(kind="x.y", title="Print", company_id=company.id)
    db.session.add(job)
    db.session.flush()
    for state in ("done", "pending", "pending"):
        number = len(db.session.scalars(select(m.JobItem.id)).all())
        db.session.add(m.JobItem(job_id=job.id, position=number, key=str(number), state=state))
        db.session.flush()
    db.session.commit()
    shown = program("core.read", "core.jobs").get(f"job/{job.id}").json
    assert shown["progress"] == {"total": 3, "done": 1, "skipped": 0, "failed": 0, "pending": 2}


def test_a_token_that_calls_too_often_is_told_to_wait(app: Flask, program: Make) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"api_calls_a_minute": 4})
    erp, other = program("*"), program("*", locale="zh-CN")
    answers = [erp.get("partner"), erp.get("partner/1"), erp.post("partner", {}), erp.get("currency")]
    assert [answer.status_code for answer in answers] == [200, 404, 422, 200]
    refused = erp.post("partner", {"code": "A", "name": "A"})
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.json["type"] == "urn:bincard:problem:too-many-requests"
    seconds = int(refused.headers["Retry-After"])
    assert 1 <= seconds <= 61
    assert f"in {seconds} seconds" in refused.json["detail"]
    assert other.get("partner").json["items"] == []  # another token goes on, and nothing was written
    app.extensions["settings"] = settings.model_copy(update={"api_calls_a_minute": 0})
    assert erp.get("partner").status_code == 200


def test_what_the_caller_would_not_see_afterwards_is_not_done(company: Any, program: Make) -> None:
    founded = program("*").post("company", {"code": "NEW", "name": "New Ltd", "currency_code": "USD"})
    assert (founded.status_code, founded.json["type"]) == (403, "urn:bincard:problem:forbidden")
    assert "Nothing was saved" in founded.json["detail"]
    assert db.session.scalars(select(m.Company.code)).all() == ["TEST"]
    rep = program("core.read", "core.users", "partners.read", "partners.write", "partners.assign")
    user = db.session.scalars(select(m.User).order_by(m.User.id.desc())).first()
    own = m.Partner(company_id=company.id, code="A", name="A", salesperson_id=user.id)
    db.session.add(own)
    db.session.commit()
    url = f"partner/{own.id}"
    assert rep.patch(url, {"city": "Rome"}).status_code == 200
    assert rep.patch(url, {"city": "Oslo", "salesperson_id": None}).status_code == 403
    assert rep.get(url).json["city"] == "Rome"


def test_a_method_that_is_not_there_is_405(program: Make) -> None:
    answer = program("*").call("PUT", "partner/1", json={})
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "PATCH" in answer.headers["Allow"]
