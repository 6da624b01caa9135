"""Who may open what, as a table over every page of the site."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.routing import Rule

from core.people import Role
from tests.web.conftest import Site
from tests.web.school import EXAM_ID, publish
from web.access import PUBLIC, roles_of

OFFICE, TEACHER, MARKER, STUDENT = Role.OFFICE, Role.TEACHER, Role.MARKER, Role.STUDENT
ALL = {OFFICE, TEACHER, MARKER, STUDENT}

#: Endpoint → roles. A new page has to be entered here by hand: that is the point of the table.
TABLE: dict[str, set[Role]] = {
    "sign_in.home": ALL,
    "sign_in.logout": ALL,
    "sign_in.password": ALL,
    "groups.show": {OFFICE, MARKER},
    "groups.state": {OFFICE, MARKER},
    "groups.start": {OFFICE, MARKER},
    "groups.mark": {OFFICE, MARKER},
    "groups.alone": {OFFICE, MARKER},
    "groups.undo": {OFFICE, MARKER},
    "guide.machine": {OFFICE, TEACHER, MARKER},
    "learning.show": {OFFICE, MARKER},
    "learning.state": {OFFICE, MARKER},
    "learning.start": {OFFICE, MARKER},
    "learning.adopt": {OFFICE},
    "learning.policy": {OFFICE},
    "exams.listing": {OFFICE, TEACHER},
    "exams.new": {OFFICE},
    "exams.make": {OFFICE},
    "exams.today": {OFFICE, TEACHER},
    "exams.progress": {OFFICE},
    "exams.retry": {OFFICE},
    "editor.form": {OFFICE},
    "editor.save": {OFFICE},
    "editor.preview": {OFFICE},
    "editor.add_picture": {OFFICE},
    "editor.picture": {OFFICE, TEACHER, MARKER},
    "editor.text": {OFFICE},
    "editor.save_text": {OFFICE},
    "editor.download_text": {OFFICE},
    "roster.show": {OFFICE},
    "roster.preview": {OFFICE},
    "roster.keep": {OFFICE},
    "roster.number": {OFFICE},
    "roster.remove": {OFFICE},
    "cards.show": {OFFICE},
    "cards.state": {OFFICE},
    "cards.design": {OFFICE},
    "cards.template": {OFFICE},
    "cards.side": {OFFICE},
    "cards.pdf": {OFFICE},
    "cards.named_pdf": {OFFICE},
    "blank_card.show": {OFFICE},
    "blank_card.upload": {OFFICE},
    "blank_card.side": {OFFICE},
    "blank_card.draw": {OFFICE},
    "scans.show": {OFFICE},
    "scans.upload": {OFFICE},
    "scans.files": {OFFICE},
    "ledger.show": {OFFICE},
    "ledger.candidates": {OFFICE},
    "ledger.settle": {OFFICE},
    "ledger.declare": {OFFICE},
    "ledger.declare_chosen": {OFFICE},
    "ledger.take_back": {OFFICE},
    "identity.show": {OFFICE},
    "identity.queue": {OFFICE},
    "identity.exchange": {OFFICE},
    "identity.choose": {OFFICE},
    "patches.overview": {OFFICE},
    "patches.show": {OFFICE},
    "patches.preview": {OFFICE},
    "patches.state": {OFFICE},
    "patches.adopt": {OFFICE},
    "patches.wordings": {OFFICE},
    "essays.alike": {OFFICE},
    "essays.state": {OFFICE},
    "essays.compare": {OFFICE},
    "essays.flag_both": {OFFICE},
    "optional.show": {OFFICE},
    "optional.choose": {OFFICE},
    "marking.exams": {OFFICE, MARKER},
    "marking.keep": {OFFICE, MARKER},
    "marking.choose": {OFFICE, MARKER},
    "marking.desk": {OFFICE, MARKER},
    "marking.next_tasks": {OFFICE, MARKER},
    "marking.mine": {OFFICE, MARKER},
    "marking.one": {OFFICE, MARKER},
    "marking.act": {OFFICE, MARKER},
    "agreement.show": {OFFICE, MARKER},
    "agreement.renew": {OFFICE, MARKER},
    "licence.show": {OFFICE},
    "licence.scope": {OFFICE},
    "licence.act": {OFFICE},
    "pictures.answer": {OFFICE, TEACHER, MARKER},
    "pictures.head": {OFFICE},
    "pictures.scan": {OFFICE},
    "results.show": {OFFICE, TEACHER},
    "results.candidate": {OFFICE, TEACHER},
    "results.moved": {OFFICE},
    "lesson.show": {OFFICE, TEACHER},
    "release.show": {OFFICE, TEACHER},
    "release.begin": {OFFICE},
    "release.dismiss": {OFFICE},
    "release.whole": {OFFICE, TEACHER},
    "release.personal": {OFFICE, TEACHER},
    "mine.listing": {STUDENT},
    "mine.show": {STUDENT},
    "mine.file": {STUDENT},
    "audit.show": {OFFICE},
    "audit.response": {OFFICE},
    "people.listing": {OFFICE},
    "people.new": {OFFICE},
    "people.update": {OFFICE},
    "people.reset": {OFFICE},
    "people.students": {OFFICE},
}
OPEN_TO_ANYONE = {"static", "sign_in.login", "sign_in.log_in", "sign_in.language"}

LOGINS = {OFFICE: "office", TEACHER: "teacher", MARKER: "marker", STUDENT: "20260101"}
VALUES: dict[str, Any] = {
    "exam_id": EXAM_ID, "page_id": "c1p1", "item": "6", "revision": 1, "page": 1, "blob": "0" * 64, "candidate_id": "c1",
    "action": "none", "login": "nobody", "release": 1, "kind": "script", "group_id": "x",
    "stack_id": "s1", "scope": "item:6", "number": "6",
}  # fmt: skip


def _rules(site: Site) -> list[Rule]:
    return [rule for rule in site.app.url_map.iter_rules() if rule.endpoint not in OPEN_TO_ANYONE]


def test_every_page_is_in_the_table_with_the_roles_that_it_declares(shared: Site) -> None:
    declared = {rule.endpoint: roles_of(shared.app, rule.endpoint) for rule in _rules(shared)}
    assert {name: set(roles or ()) for name, roles in declared.items()} == TABLE
    assert all(roles_of(shared.app, name) == PUBLIC for name in OPEN_TO_ANYONE)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_refused_every_page_that_is_not_its_own(shared: Site, role: Role) -> None:
    person = shared.person(LOGINS[role])
    for rule in _rules(shared):
        if role in TABLE[rule.endpoint]:
            continue
        with shared.app.test_request_context():
            url = shared.app.url_for(rule.endpoint, **{name: VALUES[name] for name in rule.arguments})
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = person.get(url) if method == "GET" else person.post(url)
            assert answer.status_code == 403, (method, url, answer.status_code)


def test_nobody_sees_anything_without_logging_in(shared: Site) -> None:
    person = shared.person()
    person.token = "none"
    for rule in _rules(shared):
        with shared.app.test_request_context():
            url = shared.app.url_for(rule.endpoint, **{name: VALUES[name] for name in rule.arguments})
        if "GET" in (rule.methods or set()):
            answer = person.get(url)
            assert answer.status_code == 302, url
            assert answer.headers["Location"].startswith("/login?next="), url
        else:
            assert person.post(url).status_code in (400, 401), url


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_the_pages_that_are_its_own(site: Site, role: Role) -> None:
    publish(site.tb)
    person = site.person(LOGINS[role])
    shown = 0
    for rule in _rules(site):
        if role not in TABLE[rule.endpoint] or "GET" not in (rule.methods or set()):
            continue
        if rule.endpoint in ("editor.picture", "cards.named_pdf", "blank_card.side"):
            continue  # nothing of the kind in this school
        with site.app.test_request_context():
            url = site.app.url_for(rule.endpoint, **{name: VALUES[name] for name in rule.arguments})
        answer = person.get(url)
        assert answer.status_code in (200, 302), (url, answer.status_code, answer.text[:300])
        assert answer.headers.get("Location", "") != "/login"
        answer.close()
        shown += 1
    assert shown > 4


def test_a_student_gets_nobody_elses_papers_by_guessing(site: Site) -> None:
    publish(site.tb)
    student = site.person("20260101")
    own = student.get(f"/mine/{EXAM_ID}/script.pdf")
    assert own.data == b"%PDF-1.7 script of c1"
    for url in (
        f"/exams/{EXAM_ID}/release/1/script/c2",
        f"/exams/{EXAM_ID}/release/1/script/c1",
        f"/exams/{EXAM_ID}/release/1/script",
        f"/exams/{EXAM_ID}/pages/c2p1/items/6.jpg",
        f"/exams/{EXAM_ID}/pages/c1p1/scan",
        f"/exams/{EXAM_ID}/results/c2",
    ):
        assert student.get(url).status_code == 403, url
    assert student.get(f"/mine/{EXAM_ID}/workbook.pdf").status_code == 404
    page = student.get(f"/mine/{EXAM_ID}").text
    assert "林若溪" not in page


def test_a_student_sees_nothing_before_the_release(site: Site) -> None:
    student = site.person("20260101")
    assert student.get(f"/mine/{EXAM_ID}").status_code == 404
    assert student.get(f"/mine/{EXAM_ID}/script.pdf").status_code == 404
    assert "八年级物理" not in student.get("/mine").text


def test_a_teacher_sees_their_own_class_alone(site: Site) -> None:
    release = publish(site.tb)
    teacher = site.person("teacher")
    page = teacher.get(f"/exams/{EXAM_ID}/results").text
    assert "陈思远" in page
    assert "李雨桐" not in page
    assert teacher.get(f"/exams/{EXAM_ID}/results/c1").status_code == 200
    assert teacher.get(f"/exams/{EXAM_ID}/results/c4").status_code == 404
    base = f"/exams/{EXAM_ID}/release/{release}"
    assert teacher.get(f"{base}/error_book/c2").status_code == 200
    assert teacher.get(f"{base}/error_book/c4").status_code == 404
    assert teacher.get(f"{base}/workbook").status_code == 404
    assert teacher.get(f"{base}/review").status_code == 404
    assert teacher.get(f"{base}/csv_total").status_code == 404
    for kind in ("review_class", "workbook_class", "csv_total_class", "csv_items_class"):
        own = teacher.get(f"{base}/{kind}/1班")
        assert own.status_code == 200
        assert own.data.endswith(f"{kind} of 1班".encode())
        assert teacher.get(f"{base}/{kind}/2班").status_code == 404
        assert teacher.get(f"{base}/{kind}").status_code == 404
    page = teacher.get(f"/exams/{EXAM_ID}/release").text
    assert "讲评_1班.pdf" in page
    for word in ("小题分_{}.xlsx", "成绩总表_{}.csv", "小题分明细_{}.csv"):
        assert word.format("1班") in page
    assert "2班" not in page
    assert teacher.get(f"/exams/{EXAM_ID}/pages/c1p1/items/6.jpg").status_code == 200
    assert teacher.get(f"/exams/{EXAM_ID}/pages/c4p1/items/6.jpg").status_code == 403


def test_a_teacher_sees_no_results_before_the_release(site: Site) -> None:
    teacher = site.person("teacher")
    assert "陈思远" not in teacher.get(f"/exams/{EXAM_ID}/results").text


def test_a_teacher_of_no_class_in_it_does_not_know_the_exam(site: Site) -> None:
    with site.tb.store.write() as uow:
        user = uow.people.get("teacher")
        assert user is not None
        uow.people.update(user.model_copy(update={"classes": ("9班",)}))
    teacher = site.person("teacher")
    assert "八年级物理" not in teacher.get("/exams").text
    assert teacher.get(f"/exams/{EXAM_ID}/results").status_code == 404


def test_a_marker_sees_no_name_and_no_number(site: Site) -> None:
    marker = site.person("marker")
    texts = [
        marker.get("/marking").text,
        marker.get(f"/exams/{EXAM_ID}/marking").text,
        marker.get(f"/exams/{EXAM_ID}/marking/desk").text,
        marker.fetch(f"/exams/{EXAM_ID}/marking/next.json").text,
        marker.fetch(f"/exams/{EXAM_ID}/marking/c1p1/6.json").text,
    ]
    for text in texts:
        for candidate in site.school.candidates:
            assert candidate.name not in text
            assert candidate.number not in text
    assert marker.get(f"/exams/{EXAM_ID}/pages/c1p1/items/6.jpg").status_code == 200
    assert marker.get(f"/exams/{EXAM_ID}/pages/c1p1/head.jpg").status_code == 403
    assert marker.get(f"/exams/{EXAM_ID}/pages/c1p1/scan").status_code == 403
    # A field of an imported card that is no item of the exam may hold the name.
    assert marker.get(f"/exams/{EXAM_ID}/pages/c1p1/items/Name.jpg").status_code == 404


def test_a_page_is_found_only_in_its_own_exam(site: Site) -> None:
    office = site.person("office")
    assert office.get("/exams/other/pages/c1p1/scan").status_code == 404
    assert office.get(f"/exams/{EXAM_ID}/pages/none/scan").status_code == 404


def test_a_closed_account_is_out_at_once(site: Site) -> None:
    marker = site.person("marker")
    office = site.person("office")
    assert office.post("/people/marker/update", {"name": "赵老师"}).status_code == 302
    assert marker.get("/marking").headers["Location"].startswith("/login")
