"""Who is who: an account sees its own pupil's exams, also where schools use a 考号 again."""

from __future__ import annotations

import pytest

from core.people import Role, User
from core.rosters import Candidate, Roster
from pipeline.accounts import MOST_FAILURES_HERE, create_students
from pipeline.exams import exam_text, save_exam
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID, PASSWORD, publish

OTHER = "other"


def _second_exam(site: Site, *candidates: Candidate) -> None:
    text = exam_text(site.tb, EXAM_ID).replace(f"id: {EXAM_ID}", f"id: {OTHER}")
    save_exam(site.tb, text, "x.yaml", "office")
    with site.tb.store.write() as uow:
        uow.candidates.replace(OTHER, Roster(candidates=candidates))


def test_a_number_given_to_another_pupil_elsewhere_shows_nothing_of_theirs(site: Site) -> None:
    _second_exam(site, Candidate(id="x1", number="20260101", name="赵铁柱", class_name="3班"))
    publish(site.tb)
    (made,) = create_students(site.tb, OTHER, "office")
    assert (made.user.login, made.user.name) == ("20260101-2", "赵铁柱")
    person = site.person()
    person.log_in(made.user.login, made.password)
    person.post("/password", {"old": made.password, "new": PASSWORD, "again": PASSWORD})
    assert "还没有发布的成绩" in person.get("/mine").text
    for url in (f"/mine/{EXAM_ID}", f"/mine/{EXAM_ID}/script.pdf"):
        assert person.get(url).status_code == 404
    assert site.person("20260101").get(f"/mine/{EXAM_ID}").status_code == 200


def test_a_result_frozen_for_another_pupil_is_not_shown_after_the_roster_changed(site: Site) -> None:
    publish(site.tb)
    with site.tb.store.write() as uow:
        roster = uow.candidates.roster(EXAM_ID).candidates
        changed = roster[0].model_copy(update={"name": "新同学"})
        uow.candidates.replace(EXAM_ID, Roster(candidates=(changed, *roster[1:])))
        user = User(login="newone", name="新同学", role=Role.STUDENT, candidate_number=changed.number)
        uow.people.add(user, uow.people.password_hash("20260101"))
    person = site.person("newone")
    assert person.get(f"/mine/{EXAM_ID}").status_code == 404
    assert "还没有发布的成绩" in person.get("/mine").text


@pytest.mark.parametrize(
    ("candidate", "same"),
    [
        ({"number": "1001", "name": "阿依古丽·买买提"}, True),
        ({"number": "1001", "name": "阿依古丽•买买提 "}, True),
        ({"number": "1001", "name": "阿依古丽买买提", "student_number": "S7"}, True),
        ({"number": "1001", "name": "阿依古丽·买买提", "student_number": "S8"}, False),
        ({"number": "1001", "name": "王伟"}, False),
        ({"number": "1001", "name": ""}, False),
        ({"number": "1002", "name": "阿依古丽·买买提"}, False),
        ({"number": "", "name": "阿依古丽·买买提"}, False),
    ],
)
def test_number_and_name_and_student_number_say_who_it_is(candidate: dict[str, str], same: bool) -> None:
    user = User(
        login="s1", name="阿依古丽·买买提", role=Role.STUDENT, candidate_number="1001", student_number="s7"
    )
    assert user.is_candidate(Candidate(id="x", **candidate)) is same


def test_an_account_without_a_number_is_nobody() -> None:
    user = User(login="s1", name="王伟", role=Role.STUDENT)
    assert not user.is_candidate(Candidate(id="x", name="王伟"))


def test_who_has_an_account_gets_no_second_one(site: Site) -> None:
    assert len(create_students(site.tb, EXAM_ID, "office")) == 4
    assert create_students(site.tb, EXAM_ID, "office") == ()


def test_guessing_from_elsewhere_locks_nobody_out(site: Site) -> None:
    far = {"REMOTE_ADDR": "203.0.113.9"}
    stranger = site.person()
    page = stranger.get("/login", environ_base=far)
    stranger.token = page.text.partition('name="csrf" content="')[2].partition('"')[0]
    wrong = {"login": "office", "password": "a wrong one"}
    answers = [
        stranger.post("/login", wrong, environ_base=far).status_code for _ in range(MOST_FAILURES_HERE + 1)
    ]
    assert answers == [403] * MOST_FAILURES_HERE + [429]
    here: Person = site.person()
    assert here.log_in("office").status_code == 302
