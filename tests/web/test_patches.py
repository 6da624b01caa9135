"""The pages on which the office changes a standard, and looks at answers that are alike."""

from __future__ import annotations

import random
from typing import Any

import pytest

from core.geometry import BoxMm
from core.marks import MarkState
from core.pages import TextLine
from pipeline.essays import essay_report
from pipeline.patches import patch_desk
from pipeline.review import give_mark
from tests.marking.essays.made import prose
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID, publish
from web.standard_form import standard_of
from workers.inline import run_owed

BASE = f"/exams/{EXAM_ID}"
PAGE = f"{BASE}/items/3/standard"
FORM = {"base_revision": "1", "key": "C", "points": "3"}


def steps_of(site: Site, item: str) -> dict[str, int | None]:
    with site.tb.store.read() as uow:
        return {page: m.steps for (page, n), m in uow.marks.of_exam(EXAM_ID).items() if n == item}


def adopt(site: Site, office: Person, why: str = "答案印错") -> Any:
    preview = patch_desk(site.tb, EXAM_ID, "3").preview
    assert preview is not None
    return office.post(f"{PAGE}/adopt", {"blob": preview.blob, "why": why})


def test_a_changed_key_is_shown_first_and_adopted_in_one_action(site: Site, office: Person) -> None:
    before = steps_of(site, "3")
    assert office.post(PAGE, FORM).status_code == 302
    assert "正在算这次改动的影响" in office.get(PAGE).text
    assert office.fetch(f"{PAGE}/state.json").get_json()["busy"] is True
    run_owed(site.tb)
    shown = office.get(PAGE).text
    for words in (
        "答案：A → C",
        "5 份作答里有 5 份受影响",
        "预览，尚未保存",
        "13.80 → <b>12.00</b>",
        "80.0% → <b>20.0%</b>",
    ):
        assert words in shown.replace("6 份作答", "5 份作答"), words
    assert steps_of(site, "3") == before
    assert adopt(site, office).status_code == 302
    run_owed(site.tb)
    done = office.get(PAGE).text
    assert "已采用：试卷第 2 版" in done
    assert "答案印错" in done
    after = steps_of(site, "3")
    assert [after[f"c{n}p1"] for n in range(1, 6)] == [0, 0, 0, 3, 0]
    log = office.get(f"{BASE}/audit").text
    for words in ("采用新的评分标准", "按新标准重评", "答案：A → C", "已定的分改变 5"):
        assert words in log


def test_what_is_wrong_is_told_by_the_items_own_fields_and_what_was_typed_stays(office: Person) -> None:
    answer = office.post(PAGE, FORM | {"key": "Z"})
    assert answer.status_code == 400
    assert "<code>key</code>" in answer.text
    assert 'name="key" value="Z"' in answer.text


def test_nothing_changed_and_an_exam_that_moved_on_are_told(site: Site, office: Person) -> None:
    answer = office.post(PAGE, FORM | {"key": "A"})
    assert answer.status_code == 400
    assert "没有改动任何影响评分的内容" in answer.text
    moved = office.post(PAGE, FORM | {"base_revision": "7"})
    assert moved.status_code == 409
    assert "您看的是第 7 版" in moved.text


def test_adopting_needs_a_reason_and_the_preview_that_was_seen(site: Site, office: Person) -> None:
    office.post(PAGE, FORM)
    run_owed(site.tb)
    assert "写明为什么" in adopt(site, office, " ").text
    answer = office.post(f"{PAGE}/adopt", {"blob": "0" * 64, "why": "改"})
    assert answer.status_code == 409
    assert "已经换成了别的" in answer.text


def test_a_release_makes_the_preview_say_that_another_is_needed(site: Site, office: Person) -> None:
    publish(site.tb)
    office.post(PAGE, FORM)
    run_owed(site.tb)
    assert "采用以后要重新发布" in office.get(PAGE).text


def test_the_item_can_be_changed_as_text(site: Site, office: Person) -> None:
    url = f"{BASE}/items/6/standard"
    page = office.get(url).text
    assert "statement: 动摩擦因数不变" in page
    text = "number: '6'\nkind: short_answer\npoints: 4\ncriteria:\n- {points: 4, statement: 不变}\n"
    assert office.post(url, {"base_revision": "1", "text": text}).status_code == 302
    run_owed(site.tb)
    assert "分值：6 → 4" in office.get(url).text
    broken = office.post(url, {"base_revision": "1", "text": "number: '6\n"})
    assert broken.status_code == 400
    assert "number: &#39;6" in broken.text


def test_a_wording_that_people_credited_goes_into_the_preview_with_one_click(
    site: Site, office: Person
) -> None:
    for page, third in (("c1p1", 2), ("c3p1", 2), ("c2p1", 0)):
        give_mark(site.tb, page, "6", {"1": 2, "2": 0, "3": third}, "marker")
    with site.tb.store.write() as uow:
        for page, words in (("c1p1", "与压力无关"), ("c3p1", "μ与压力无关"), ("c2p1", "变大")):
            mark, reading = uow.marks.current(page, "6"), uow.pages.reading(page)
            assert mark is not None
            assert reading is not None
            awards = tuple(a.model_copy(update={"evidence": (), "reason": ""}) for a in mark.awards)
            uow.marks.add(mark.model_copy(update={"awards": awards}))
            line = reading.texts_of("6")[0].lines[0].model_copy(update={"text": words})
            texts = tuple(
                t.model_copy(update={"lines": (line,)}) if t.item == "6" else t for t in reading.texts
            )
            uow.pages.add_reading(EXAM_ID, reading.model_copy(update={"texts": texts}))
    url = f"{BASE}/items/6/standard"
    assert office.post(f"{url}/wordings").status_code == 302
    run_owed(site.tb)
    assert "“与压力无关”" in office.get(url).text
    office.post(url, {"base_revision": "1", "add-part": "3", "add-words": "与压力无关"})
    run_owed(site.tb)
    assert "给分点3加上可接受的说法“与压力无关”" in office.get(url).text


@pytest.mark.parametrize(
    "url", ["/standards", "/items/3/standard", "/items/7/alike", "/items/7/alike/state.json"]
)
@pytest.mark.parametrize("login", ["marker", "teacher", "20260101"])
def test_standards_and_likeness_are_the_offices(site: Site, login: str, url: str) -> None:
    assert site.person(login).get(BASE + url).status_code == 403


def test_an_item_that_is_not_there_is_not_found(office: Person) -> None:
    for url in ("/items/99/standard", "/items/99/alike"):
        assert office.get(BASE + url).status_code == 404


ITEM = {
    "number": "6",
    "kind": "short_answer",
    "points": "4",
    "criteria": [
        {"points": "2", "statement": "甲", "accepted": ["a"]},
        {"points": "2", "statement": "乙", "must_not": ["b"]},
    ],
}
BLANKS = {
    "number": "5",
    "kind": "fill",
    "points": "2",
    "blanks": [{"points": "2", "numeric": {"value": "6", "unit": "N", "other_units": "false"}}],
}
TYPED = (
    (
        ITEM,
        {"criteria-0-accepted": "a\r\n c \n\n"},
        "criteria",
        0,
        {"points": "2", "statement": "甲", "accepted": ["a", "c"], "id": "1"},
    ),
    (ITEM, {"criteria-1-must_not": ""}, "criteria", 1, {"points": "2", "statement": "乙", "id": "2"}),
    (
        ITEM,
        {"criteria-0-statement": " "},
        "criteria",
        0,
        {"points": "2", "statement": "乙", "must_not": ["b"], "id": "2"},
    ),
    (
        ITEM,
        {"criteria-2-statement": "丙", "criteria-2-points": "1"},
        "criteria",
        2,
        {"points": "1", "statement": "丙", "id": "3"},
    ),
    (
        ITEM,
        {"add-part": "2", "add-words": " 丁 "},
        "criteria",
        1,
        {"points": "2", "statement": "乙", "must_not": ["b"], "id": "2", "accepted": ["丁"]},
    ),
    (
        BLANKS,
        {"blanks-0-value": "7", "blanks-0-tolerance": "0.1", "blanks-0-relative": "1", "blanks-0-unit": "N"},
        "blanks",
        0,
        {
            "points": "2",
            "numeric": {
                "value": "7",
                "unit": "N",
                "other_units": "false",
                "tolerance": "0.1",
                "relative": "true",
            },
        },
    ),
    (
        BLANKS,
        {"blanks-0-value": "", "blanks-0-accepted": "六"},
        "blanks",
        0,
        {"points": "2", "accepted": ["六"]},
    ),
    (
        BLANKS,
        {"add-part": "1", "add-words": "六牛"},
        "blanks",
        0,
        {"points": "2", "numeric": {"value": "6", "unit": "N", "other_units": "false"}, "accepted": ["六牛"]},
    ),
)


@pytest.mark.parametrize(("tree", "form", "list_", "at", "expected"), TYPED)
def test_the_form_changes_what_it_asks_for_and_nothing_else(
    tree: dict[str, Any], form: dict[str, str], list_: str, at: int, expected: dict[str, Any]
) -> None:
    new = standard_of(tree, form)
    assert new[list_][at] == expected
    assert new["points"] == str(sum(int(entry["points"]) for entry in new[list_]))


def test_two_answers_alike_stand_side_by_side_and_both_are_flagged(site: Site, office: Person) -> None:
    url = f"{BASE}/items/7/alike"
    assert "识读并比较" in office.get(url).text
    rng = random.Random(3)
    shared = prose(rng, 120)
    with site.tb.store.write() as uow:
        for n, page in enumerate(("c1p2", "c2p2", "c3p2", "c4p2", "c5p2")):
            reading = uow.pages.reading(page)
            assert reading is not None
            text = (shared if n < 2 else "") + prose(rng, 150)
            line = TextLine(text=text, box=BoxMm(x_mm=20, y_mm=30, width_mm=90, height_mm=8), probability=0.9)
            read = reading.texts[0].model_copy(update={"lines": (line,), "blank": False})
            uow.pages.add_reading(EXAM_ID, reading.model_copy(update={"texts": (read,)}))
    office.post(url)
    assert "正在识读并比较作答" in office.get(url).text
    run_owed(site.tb)
    page = office.get(url).text
    assert "陈思远" in page
    assert "林若溪" in page
    assert "王梓轩" not in page.split("alike-pairs")[1]
    with site.tb.store.read() as uow:
        report = essay_report(uow, EXAM_ID, "7")
    assert report is not None
    pair = report.pairs[0]
    assert office.post(f"{url}/flag", {"first": pair.first, "second": "c5p2"}).status_code == 404
    assert office.post(f"{url}/flag", {"first": pair.first, "second": pair.second}).status_code == 302
    with site.tb.store.read() as uow:
        marks = [uow.marks.current(page, "7") for page in (pair.first, pair.second)]
    assert [(m.flag, m.state) for m in marks if m] == [("雷同", MarkState.PROPOSED)] * 2
    assert "把这两份标为异常</button>" not in office.get(url).text
