"""The desk: what is sent, what is refused, what can be taken back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from core.marks import MarkState
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID

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
