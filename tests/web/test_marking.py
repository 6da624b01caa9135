"""The desk: what is sent, what is refused, what can be taken back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask_babel import force_locale
from PIL import Image

from core.exam_files import read_exam
from core.marks import MarkState
from tests.web.conftest import Person, Site
from tests.web.school import EXAM, EXAM_ID, cross_out
from web.labels import reason_words

BASE = f"/exams/{EXAM_ID}/marking"


def _current(site: Site, page: str, item: str) -> Any:
    with site.tb.store.read() as uow:
        return uow.marks.current(page, item)


def test_responses_come_item_by_item_with_rubric_and_proposal(site: Site, marker: Person) -> None:
    answer = marker.fetch(f"{BASE}/next.json?item=6").get_json()
    assert answer["left"] == 5
    task = answer["tasks"][0]
    assert (task["page"], task["item"], task["full"]) == ("c1p1", "6", 6)
    assert [pad["proposed"] for pad in task["pads"]] == [2, 2, 2]
    assert task["pads"][0]["evidence"] == ["平衡力"]
    assert "<math" in task["rubric"]
    assert len(task["boxes"]) == 3
    assert all(0 <= box[side] <= 1 for box in task["boxes"] for side in ("left", "top", "width", "height"))
    assert marker.get(task["crop"]).mimetype == "image/jpeg"


def test_what_was_crossed_out_is_told_apart_from_the_text(site: Site, marker: Person) -> None:
    assert marker.fetch(f"{BASE}/c1p1/6.json").get_json()["crossed"] == []
    cross_out(site.tb, "c1p1", "6", ("因为匀速运动", "所以"))
    task = marker.fetch(f"{BASE}/c1p1/6.json").get_json()
    assert task["crossed"] == ["因为匀速运动", "所以"]
    assert "因为匀速运动" not in task["text"][0] and "摩擦力等于2N" in task["text"][0]


@pytest.mark.parametrize(
    ("language", "reason", "words"),
    [
        (
            "zh",
            "第1空读作“6”，与答案“6”相同（partly crossed out）",
            "第1空读作“6”，与答案“6”相同（有一部分划掉了）",
        ),
        ("zh", "第1空crossed out", "第1空有划掉的痕迹"),
        ("zh", "crossed out", "有划掉的痕迹"),
        ("en", "partly crossed out", "Partly crossed out"),
        (
            "zh",
            "第1空读作“a”（crossed out）；第2空读作“（faint）”",
            "第1空读作“a”（有划掉的痕迹）；第2空读作“（faint）”",
        ),
        ("zh", "第1空读作“partly crossed out”", "第1空读作“partly crossed out”"),
    ],
)
def test_notes_of_the_reader_are_told_in_words(site: Site, language: str, reason: str, words: str) -> None:
    with site.app.test_request_context(headers={"Accept-Language": language}), force_locale(language):
        assert reason_words(reason) == words


def test_the_evidence_is_drawn_over_the_words_of_the_crop(site: Site, marker: Person) -> None:
    task = marker.fetch(f"{BASE}/c1p1/6.json").get_json()
    crop = Image.open(io.BytesIO(marker.get(task["crop"]).data)).convert("L")
    box = task["boxes"][0]
    left, top = round(box["left"] * crop.width), round(box["top"] * crop.height)
    right, bottom = left + round(box["width"] * crop.width), top + round(box["height"] * crop.height)
    darkest = min(crop.crop((left, top, right, bottom)).tobytes())
    above = min(crop.crop((left, 20, right, top - 4)).tobytes())
    assert darkest < 90  # ink inside
    assert above > darkest  # and none of it above


def test_responses_on_one_desk_are_kept_from_the_next(site: Site, marker: Person, office: Person) -> None:
    mine = marker.fetch(f"{BASE}/next.json?item=6").get_json()["tasks"]
    theirs = office.fetch(f"{BASE}/next.json?item=6").get_json()["tasks"]
    assert {t["page"] for t in mine}.isdisjoint(t["page"] for t in theirs)
    more = marker.fetch(f"{BASE}/next.json?item=6&have=c1p1~6").get_json()["tasks"]
    assert "c1p1" not in [t["page"] for t in more]


def test_a_mark_is_kept_with_its_marker_and_written_down(site: Site, marker: Person) -> None:
    answer = marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 2, "2": 1, "3": 0}})
    assert answer.get_json() == {"steps": 3, "revision": 2, "state": "final"}
    mark = _current(site, "c1p1", "6")
    assert (mark.steps, mark.by, mark.state) == (3, "marker", MarkState.FINAL)
    with site.tb.store.read() as uow:
        line = uow.audit.lines(EXAM_ID, "c1p1:6")[0]
    assert (line.by, line.action) == ("marker", "mark.give")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"awards": {"1": 2, "2": 2}}, "未给分"),
        ({"awards": {"1": 2, "2": 2, "3": None}}, "0 分也要输入"),
        ({"awards": {"1": 2, "2": 2, "3": ""}}, "0 分也要输入"),
        ({"awards": {"1": 2, "2": 2, "3": True}}, "0 分也要输入"),
        ({"awards": {"1": 2, "2": 2, "3": 1.5}}, "0 分也要输入"),
        ({"awards": {"1": 2, "2": 2, "3": 3}}, "0 到 2"),
        ({"awards": {"1": 2, "2": 2, "3": -1}}, "0 到 2"),
        ({"awards": {"1": 2, "2": 2, "3": 2, "4": 2}}, "未给分"),
        ({}, "0 分也要输入"),
        (["x"], "0 分也要输入"),
    ],
)
def test_a_score_that_cannot_be_is_refused(site: Site, marker: Person, body: Any, words: str) -> None:
    answer = marker.fetch(f"{BASE}/c1p1/6/mark", body)
    assert answer.status_code == 400
    assert words in answer.get_json()["message"] + answer.get_json()["remedy"]
    assert _current(site, "c1p1", "6").revision == 1


def test_undo_brings_the_proposal_back_into_the_queue(site: Site, marker: Person) -> None:
    marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 0, "2": 0, "3": 0}})
    assert marker.fetch(f"{BASE}/c1p1/6/undo", {}).status_code == 200
    assert _current(site, "c1p1", "6").state is MarkState.PROPOSED
    again = marker.fetch(f"{BASE}/c1p1/6/undo", {})
    assert again.status_code == 409


def test_a_flag_needs_a_reason_and_goes_to_the_office(site: Site, marker: Person, office: Person) -> None:
    assert marker.fetch(f"{BASE}/c1p1/6/flag", {"reason": " "}).status_code == 400
    assert marker.fetch(f"{BASE}/c1p1/6/flag", {"reason": "图像不清"}).status_code == 200
    left = marker.fetch(f"{BASE}/next.json?item=6").get_json()
    assert "c1p1" not in [t["page"] for t in left["tasks"]]
    assert marker.fetch(f"{BASE}/next.json?queue=flagged").status_code == 403
    assert marker.fetch(f"{BASE}/c1p1/6/undo", {}).status_code == 200
    marker.fetch(f"{BASE}/c1p1/6/flag", {"reason": "图像不清"})
    flagged = office.fetch(f"{BASE}/next.json?queue=flagged").get_json()["tasks"]
    assert [(t["page"], t["flag"]) for t in flagged] == [("c1p1", "图像不清")]
    # on the office's desk now
    assert marker.fetch(f"{BASE}/c1p1/6/undo", {}).status_code == 403


def test_letters_say_which_bubbles_were_meant(site: Site, marker: Person) -> None:
    assert marker.fetch(f"{BASE}/c1p1/1/choice", {"labels": "C"}).get_json()["steps"] == 0
    assert marker.fetch(f"{BASE}/c1p1/1/choice", {"labels": "b"}).get_json()["steps"] == 3
    assert marker.fetch(f"{BASE}/c1p1/1/choice", {"labels": ""}).get_json()["steps"] == 0
    assert marker.fetch(f"{BASE}/c1p1/1/choice", {"labels": "Z"}).status_code == 400
    assert marker.fetch(f"{BASE}/c1p1/6/choice", {"labels": "A"}).status_code == 400


def test_a_marker_may_mark_again_only_what_is_their_own(site: Site, marker: Person, office: Person) -> None:
    marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 2, "2": 2, "3": 2}})
    mine = marker.fetch(f"{BASE}/mine.json").get_json()["tasks"]
    assert [(t["page"], t["item"], t["final"]) for t in mine] == [("c1p1", "6", True)]
    assert [pad["given"] for pad in mine[0]["pads"]] == [2, 2, 2]
    assert marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 1, "2": 2, "3": 2}}).status_code == 200
    office.fetch(f"{BASE}/c2p1/6/mark", {"awards": {"1": 1, "2": 1, "3": 1}})
    assert marker.fetch(f"{BASE}/c2p1/6/mark", {"awards": {"1": 2, "2": 2, "3": 2}}).status_code == 403
    # settled by the machine, not waiting: the office's alone
    assert marker.fetch(f"{BASE}/c1p1/2.json").status_code == 403
    assert office.fetch(f"{BASE}/c1p1/2.json").status_code == 200


@pytest.mark.parametrize("action", ["steal", "mark/x"])
def test_an_unknown_action_changes_nothing(site: Site, marker: Person, action: str) -> None:
    assert marker.fetch(f"{BASE}/c1p1/6/{action}", {}).status_code in (400, 404, 405)


def test_the_chooser_counts_what_machine_and_people_settled(site: Site, marker: Person) -> None:
    marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 2, "2": 2, "3": 2}})
    page = " ".join(marker.get(BASE).text.split())
    assert "还有 19 份待评" in page


def test_the_history_of_a_response_tells_every_mark(site: Site, marker: Person, office: Person) -> None:
    marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 1, "2": 1, "3": 1}})
    page = office.get(f"/exams/{EXAM_ID}/history/c1p1/6").text
    assert "marker" in page
    assert "机器" in page
    assert office.get(f"/exams/{EXAM_ID}/history/c1p1/99").status_code == 404


def test_what_was_on_the_screen_goes_with_the_mark(site: Site, marker: Person) -> None:
    task = marker.fetch(f"{BASE}/c1p1/6.json").get_json()
    seen = {"revision": task["revision"], "standard": task["standard"]}
    awards = {"1": 2, "2": 1, "3": 0}
    for wrong in ({"revision": task["revision"] + 1}, {"standard": "0" * 64}):
        answer = marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": awards, **seen, **wrong})
        assert answer.status_code == 409
        assert marker.fetch(f"{BASE}/c1p1/6/flag", {"reason": "雷同", **seen, **wrong}).status_code == 409
    assert marker.fetch(f"{BASE}/c1p1/1/choice", {"labels": "B", "revision": 9}).status_code == 409
    assert _current(site, "c1p1", "6").revision == 1
    assert marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": awards, **seen}).status_code == 200
    again = marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 0, "2": 0, "3": 0}, **seen})
    assert again.status_code == 409  # the other window still shows the first
    assert _current(site, "c1p1", "6").steps == 3


def test_why_a_mark_is_changed_is_written_down(site: Site, marker: Person) -> None:
    marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 2, "2": 1, "3": 0}, "why": None})
    marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 2, "2": 2, "3": 0}, "why": " 看漏了单位 "})
    with site.tb.store.read() as uow:
        assert [line.why for line in uow.audit.lines(EXAM_ID, "c1p1:6")] == ["看漏了单位", ""]
    assert marker.fetch(f"{BASE}/c1p1/6.json").get_json()["by_person"]


def test_a_desk_keeps_its_responses_and_hears_which_are_lost(
    site: Site, marker: Person, office: Person
) -> None:
    mine = marker.fetch(f"{BASE}/next.json?item=6").get_json()["tasks"]
    names = [f"{t['page']}~{t['item']}" for t in mine]
    assert marker.fetch(f"{BASE}/keep", {"responses": names}).get_json() == {"lost": []}
    assert office.fetch(f"{BASE}/keep", {"responses": names}).get_json() == {"lost": names}
    marker.fetch(f"{BASE}/c1p1/6/mark", {"awards": {"1": 2, "2": 1, "3": 0}})
    assert marker.fetch(f"{BASE}/keep", {"responses": names}).get_json() == {"lost": ["c1p1~6"]}
    assert marker.fetch(f"{BASE}/keep", {"responses": "c1p1~6"}).status_code == 400
    assert marker.fetch(f"{BASE}/keep", ["c1p1~6"]).status_code == 400


def test_fewer_essays_than_other_answers_lie_on_one_desk(site: Site, marker: Person) -> None:
    assert len(marker.fetch(f"{BASE}/next.json?item=6").get_json()["tasks"]) == 4
    assert len(marker.fetch(f"{BASE}/next.json?item=7").get_json()["tasks"]) == 2
    assert 'data-ahead="2"' in marker.get(f"{BASE}/desk?item=7").text


def test_the_desk_shows_levels_and_traits_of_an_essay(site: Site, marker: Person) -> None:
    traits = """
    traits:
    - {id: n, name: 内容, points: 12, description: 中心明确，材料充实}
    - {id: y, name: 表达, points: 8, description: 语句通顺 <书写>}
"""
    with site.tb.store.write() as uow:
        uow.exams.add(read_exam(EXAM.rstrip() + traits), "office")
    rubric = marker.fetch(f"{BASE}/c1p2/7.json").get_json()["rubric"]
    for words in (
        "一类",
        "16–20 分",
        "基本切题",
        "内容",
        "12 分",
        "中心明确，材料充实",
        "语句通顺 &lt;书写&gt;",
    ):
        assert words in rubric


def test_the_machines_word_stays_beside_the_persons(site: Site, marker: Person) -> None:
    first = marker.fetch(f"{BASE}/next.json?item=6").get_json()["tasks"][0]
    pads = [pad["id"] for pad in first["pads"]]
    given = dict(zip(pads, (0, 2, 1), strict=True))
    seen = {"revision": first["revision"], "standard": first["standard"]}
    assert marker.fetch(f"{BASE}/{first['page']}/6/mark", {"awards": given, **seen}).status_code == 200
    again = marker.fetch(f"{BASE}/{first['page']}/6.json").get_json()
    assert [pad["given"] for pad in again["pads"]] == [0, 2, 1]
    assert [pad["machine"] for pad in again["pads"]] == [2, 2, 2]
    assert again["pads"][0]["evidence"] == ["平衡力"] and again["spans"] == first["spans"]


def test_the_evidence_is_told_as_places_in_the_transcription(site: Site, marker: Person) -> None:
    task = marker.fetch(f"{BASE}/next.json?item=6").get_json()["tasks"][0]
    words = [
        (task["text"][n][start:end], pad)
        for n, spans in enumerate(task["spans"])
        for start, end, pad in spans
    ]
    assert ("平衡力", task["pads"][0]["id"]) in words


def test_a_seed_shows_nothing_of_the_machine(site: Site, marker: Person) -> None:
    with site.tb.store.write() as uow:
        mark = uow.marks.current("c1p1", "6")
        assert mark is not None and mark.steps is not None
        uow.marks.add(mark.model_copy(update={"seed": True}))
    task = marker.fetch(f"{BASE}/c1p1/6.json").get_json()
    assert task["blind"] and task["steps"] is None and task["reason"] == "" and task["boxes"] == []
    assert all(
        pad[name] in (None, "", [])
        for pad in task["pads"]
        for name in ("proposed", "machine", "reason", "odds", "chances", "evidence")
    )
    assert task["spans"] == [[] for _ in task["text"]] and task["confidence"] is None


def test_a_mark_that_waits_again_shows_what_was_given_and_why_and_no_outdated_word(
    site: Site, marker: Person
) -> None:
    first = marker.fetch(f"{BASE}/next.json?item=6").get_json()["tasks"][0]
    given = dict(zip([pad["id"] for pad in first["pads"]], (0, 2, 1), strict=True))
    seen = {"revision": first["revision"], "standard": first["standard"]}
    marker.fetch(f"{BASE}/{first['page']}/6/mark", {"awards": given, **seen})
    mark = _current(site, first["page"], "6")
    with site.tb.store.write() as uow:
        old = uow.marks.history(first["page"], "6")[0]
        uow.marks.add(old.model_copy(update={"rubric": "an older standard"}))
        again = {"state": MarkState.PROPOSED, "reason": "评分标准已修改, 请复核"}
        uow.marks.add(mark.model_copy(update=again))
    task = marker.fetch(f"{BASE}/{first['page']}/6.json").get_json()
    assert task["again"] and task["reason"] == "评分标准已修改, 请复核"
    assert [pad["earlier"] for pad in task["pads"]] == [0, 2, 1]
    assert [pad["given"] for pad in task["pads"]] == [None, None, None]
    assert [pad["machine"] for pad in task["pads"]] == [None, None, None]
