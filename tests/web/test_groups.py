"""Answers in groups on the page: marked at once, one pulled out, taken back."""

from __future__ import annotations

from typing import Any

import pytest

from core.answer_groups import GroupReport
from core.pages import PageReading
from pipeline.analyses import analyse
from pipeline.groups import KIND
from pipeline.review import flag, give_mark
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID
from tests.web.test_browser import Tab, address, browser, tab

__all__ = ["address", "browser", "tab"]  # fixtures

BASE = f"/exams/{EXAM_ID}/items"
FULL = {"1": 2, "2": 2, "3": 2}


def answers(site: Site, item: str, texts: dict[str, str]) -> None:
    """Have these pages read as if this had been written."""
    with site.tb.store.write() as uow:
        for page, words in texts.items():
            reading = uow.pages.reading(page)
            assert reading is not None
            uow.pages.add_reading(EXAM_ID, _rewritten(reading, item, words))


def _rewritten(reading: PageReading, item: str, words: str) -> PageReading:
    def put(part: Any) -> Any:
        if part.item != item:
            return part
        line = part.lines[0].model_copy(update={"text": words, "chars": ()})
        return part.model_copy(update={"lines": (line,)})

    return reading.model_copy(update={"texts": tuple(put(text) for text in reading.texts)})


def make_groups(site: Site, item: str) -> GroupReport:
    """As a worker does."""
    analyse(site.tb, EXAM_ID, {"what": "groups", "item": item}, lambda done, total: None)
    with site.tb.store.read() as uow:
        kept = uow.analyses.current(EXAM_ID, KIND, item)
    assert kept is not None
    return GroupReport.model_validate_json(kept.doc)


ALIKE = {
    "c1p1": "二力平衡，摩擦力等于2N，不变。",
    "c3p1": "二力平衡 摩擦力等于2N 不变",
    "c4p1": "二力平衡，摩擦力等于2N；不变",
}


@pytest.fixture
def grouped(site: Site) -> Site:
    """Three answers to item 6 say the same, two others do not."""
    answers(site, "6", ALIKE)
    make_groups(site, "6")
    return site


def state_of(person: Person, item: str = "6") -> dict[str, Any]:
    answer = person.fetch(f"{BASE}/{item}/groups/state.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def marks_of(site: Site) -> dict[str, tuple[Any, str]]:
    with site.tb.store.read() as uow:
        marks = uow.marks.of_exam(EXAM_ID, items=["6"])
    return {page: (mark.steps, mark.by) for (page, _), mark in marks.items()}


def sent(state: dict[str, Any], place: int = 0, awards: Any = None) -> dict[str, Any]:
    group = state["groups"][place]
    members = {member["page"]: member["revision"] for member in group["members"]}
    given = FULL if awards is None else awards
    return {"group": group["id"], "members": members, "awards": given, "standard": state["standard"]}


def test_before_anybody_asked_there_are_no_groups_and_asking_owes_them(site: Site, marker: Person) -> None:
    state = state_of(marker)
    assert (state["made"], state["groups"], state["left"]) == (False, [], 5)
    assert marker.fetch(f"{BASE}/6/groups/start", json={}).status_code == 200
    assert state_of(marker)["working"] == {"done": 0, "total": 0}


def test_the_same_words_are_one_group_and_the_largest_comes_first(grouped: Site) -> None:
    state = state_of(grouped.person("marker"))
    assert [len(group["members"]) for group in state["groups"]] == [3, 1, 1]
    assert {member["page"] for member in state["groups"][0]["members"]} == set(ALIKE)
    assert state["groups"][0]["kind"] == "same"
    assert "不变" in state["groups"][0]["words"]


def test_nothing_that_is_shown_names_a_candidate(grouped: Site) -> None:
    person = grouped.person("marker")
    shown = person.get(f"{BASE}/6/groups").text + person.fetch(f"{BASE}/6/groups/state.json").text
    assert not [c for c in grouped.school.candidates if c.name in shown or c.number in shown]


def test_a_group_is_marked_and_taken_back_in_one_action_each(grouped: Site) -> None:
    person = grouped.person("marker")
    before = marks_of(grouped)
    done = person.fetch(f"{BASE}/6/groups/mark", json=sent(state_of(person))).get_json()
    assert sorted(done["marked"]) == sorted(ALIKE)
    assert {page: marks_of(grouped)[page] for page in ALIKE} == dict.fromkeys(ALIKE, (6, "marker"))
    assert len(state_of(person)["groups"]) == 2
    back = person.fetch(f"{BASE}/6/groups/undo", json={}).get_json()
    assert sorted(back["marked"]) == sorted(ALIKE)
    assert marks_of(grouped) == before
    assert person.fetch(f"{BASE}/6/groups/undo", json={}).status_code == 409


def test_what_changed_meanwhile_is_left_out_and_told(grouped: Site) -> None:
    person = grouped.person("marker")
    state = state_of(person)
    give_mark(grouped.tb, "c1p1", "6", {"1": 0, "2": 0, "3": 0}, "office")
    with grouped.tb.store.write() as uow:
        uow.marks.lock("c3p1", "6", "office", 300)
    done = person.fetch(f"{BASE}/6/groups/mark", json=sent(state)).get_json()
    assert done["marked"] == ["c4p1"]
    assert sorted(done["left_out"]) == ["c1p1", "c3p1"]
    assert marks_of(grouped)["c1p1"] == (0, "office")
    assert marks_of(grouped)["c3p1"][1] == "machine"
    assert len(done["why"]) == 2


def test_flagged_answers_are_in_no_group(grouped: Site) -> None:
    flag(grouped.tb, "c1p1", "6", "图像不清", "office")
    state = state_of(grouped.person("marker"))
    assert "c1p1" not in [member["page"] for group in state["groups"] for member in group["members"]]


def test_an_answer_that_was_pulled_out_stands_alone_at_the_end(grouped: Site) -> None:
    person = grouped.person("marker")
    assert person.fetch(f"{BASE}/6/groups/alone", json={"page": "c3p1"}).status_code == 200
    groups = state_of(person)["groups"]
    assert [[member["page"] for member in group["members"]] for group in groups][-1] == ["c3p1"]
    assert len(groups[0]["members"]) == 2
    person.fetch(f"{BASE}/6/groups/alone", json={"page": "c3p1", "back": True})
    assert len(state_of(person)["groups"][0]["members"]) == 3


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"awards": {"1": 2, "2": 2}}, "还有未给分的项"),
        ({"awards": {"1": 2, "2": 2, "3": None}}, "没给分"),
        ({"awards": {"1": 2, "2": 2, "3": 9}}, "应在 0 到 2 之间"),
        ({"members": {}}, "没有要给分的作答"),
        ({"members": {"nobody": 1}}, "没有给分"),
        ({"standard": "0" * 64}, "刚刚修改过"),
    ],
)
def test_a_faulty_mark_is_refused_and_changes_nothing(
    grouped: Site, changed: dict[str, Any], words: str
) -> None:
    person = grouped.person("marker")
    before = marks_of(grouped)
    answer = person.fetch(f"{BASE}/6/groups/mark", json={**sent(state_of(person)), **changed})
    assert answer.status_code in (400, 409)
    assert words in answer.get_json()["message"]
    assert marks_of(grouped) == before


def test_choices_and_essays_have_no_groups_and_teachers_no_access(site: Site) -> None:
    assert site.person("marker").fetch(f"{BASE}/1/groups/state.json").status_code == 400
    assert site.person("marker").fetch(f"{BASE}/7/groups/state.json").status_code == 400
    assert site.person("teacher").get(f"{BASE}/6/groups").status_code == 403


@pytest.mark.browser
def test_a_group_of_three_is_marked_on_the_keyboard_with_one_pulled_out(tab: Tab, site: Site) -> None:
    answers(site, "6", ALIKE)
    tab.log_in("marker")
    tab.go(f"{BASE}/6/groups")
    tab.page.wait_for_selector("#empty-none:not([hidden])")
    tab.page.click("#start")
    tab.page.wait_for_selector("#working:not([hidden])")
    make_groups(site, "6")
    with site.tb.store.write() as uow:  # only then: a page that sees no work and no groups asks no more
        (job,) = uow.jobs.open_of_exam(EXAM_ID)
        uow.jobs.claim(job.id, "w", 60)
        uow.jobs.finish(job.id)
    tab.says("#title", "3 份")
    assert tab.page.locator(".member").count() == 3
    assert tab.page.locator(".pad-earlier, .pad-machine").count() == 0  # a group has no mark of its own yet
    out = tab.page.locator(".member").nth(1).get_attribute("data-page")
    tab.keys("j", "x")
    tab.says("#submit-words", "给这 2 份评分")
    tab.keys("Enter")  # nothing typed: refused
    tab.says("#trouble", "0 分也要按 0")
    tab.keys("2", "1", "0", "Enter")
    tab.says("#said", "已给 2 份评分")
    tab.says("#left", "还剩 3 份")
    tab.page.wait_for_selector('#desk[data-saving="0"]')
    assert {page: marks_of(site)[page] for page in ALIKE if page != out} == dict.fromkeys(
        set(ALIKE) - {out}, (3, "marker")
    )
    assert marks_of(site)[out][1] == "machine"
    assert tab.page.locator(".group-list button").count() == 3
    tab.keys("ArrowDown", "ArrowDown")
    tab.page.wait_for_selector(f'.member[data-page="{out}"]')
    tab.keys("u")
    tab.says("#said", "已撤销，2 份回到待评")
    tab.says("#left", "还剩 5 份")
    assert {marks_of(site)[page][1] for page in ALIKE} == {"machine"}
    assert tab.complaints == []
