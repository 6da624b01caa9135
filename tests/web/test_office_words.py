"""What the office reads: the log in words, accepted missing pages, and what a change did to totals."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.ledger import Stack
from core.pages import PageState, ScanPage
from core.results import CandidateStatus
from core.store.base import utc_now
from pipeline import repair
from pipeline.moved import moved_scores, total_moves
from pipeline.progress import exam_progress, turnout
from pipeline.results import gather_results
from pipeline.review import flag, give_mark
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID, publish
from web.filters import scan_name
from web.labels import pupil_words

BASE = f"/exams/{EXAM_ID}"


def _accept_missing_pages(site: Site) -> None:
    """Candidate c6 has the first side alone, and that is accepted."""
    repair.settle_identity(site.tb, "held1", "c6", "office")
    repair.declare(site.tb, EXAM_ID, "c6", CandidateStatus.PRESENT, "office", "第二面丢了")


def test_the_log_tells_points_people_and_items(site: Site, office: Person) -> None:
    give_mark(site.tb, "c1p1", "6", {"1": 2, "2": 0, "3": 0}, "office")
    with site.tb.store.write() as uow:
        uow.audit.write("machine", "mark.again", EXAM_ID, "c2p1:1", before="3", after="0", why="revision 2")
        uow.audit.write("office", "release", EXAM_ID, "release 1", after="a" * 64, why="第一次")
        uow.audit.write("office", "page.held", EXAM_ID, "c3p1", before="placed c3", after="错了", why="错了")
    page = office.get(f"{BASE}/audit").text
    cells = re.sub(r"<[^>]+>", "|", page)
    for words in ("陈思远 20260101 · 第 6 题", "· 已定 · office", "试卷第 2 版", "第 1 次发布", "已归位 · "):
        assert words in cells, words
    for code in ("proposed", "final", "revision 2", "release 1", "a" * 64):
        assert code not in cells, code


def test_the_log_of_one_response_tells_points(site: Site, office: Person) -> None:
    give_mark(site.tb, "c1p1", "6", {"1": 2, "2": 0, "3": 0}, "office")
    page = office.get(f"{BASE}/history/c1p1/6").text
    assert re.search(r"分 · 待评 · 机器 → [\d.]+ 分 · 已定 · office", page)


def test_accepted_missing_pages_stay_in_sight(site: Site, office: Person) -> None:
    assert exam_progress(site.tb, EXAM_ID).accepted == 0
    _accept_missing_pages(site)
    progress = exam_progress(site.tb, EXAM_ID)
    assert (progress.accepted, progress.incomplete) == (1, 0)
    assert "1 缺页(已确认)" in progress.sentence
    ledger = office.get(f"{BASE}/ledger").text
    assert "这些面上的题按 0 分计" in ledger
    assert ledger.count(f"{BASE}/candidates/c6/take-back") == 1
    results = office.get(f"{BASE}/results").text
    assert "这一题所在的页没有收到" in results


def test_a_release_says_beforehand_whom_it_is_of(site: Site) -> None:
    _accept_missing_pages(site)
    repair.declare(site.tb, EXAM_ID, "c1", CandidateStatus.VOID, "office", "夹带")
    counted = turnout(site.tb, EXAM_ID)
    assert (counted.people, counted.present, counted.absent) == (6, 5, 0)
    assert (counted.void, counted.accepted) == (1, 1)


def test_a_row_of_the_ledger_is_ticked_when_nothing_is_open_in_it(site: Site, office: Person) -> None:
    assert "人没有收齐" in office.get(f"{BASE}/ledger").text.replace(" ", "")
    _accept_missing_pages(site)
    assert "人没有收齐" not in office.get(f"{BASE}/ledger").text.replace(" ", "")


def test_moved_scores_tell_the_totals_before_and_after(site: Site, office: Person) -> None:
    with site.tb.store.write() as uow:
        uow.audit.write("machine", "mark.again", EXAM_ID, "c1p1:1", before="1", after="3", why="revision 2")
    now = next(c.total_steps for c in gather_results(site.tb, EXAM_ID).candidates if c.candidate.id == "c1")
    moved = moved_scores(site.tb, EXAM_ID, 2)
    assert total_moves(site.tb, EXAM_ID, moved) == {"c1": (now - 2, now)}
    page = office.get(f"{BASE}/moved/2").text
    assert "第 2 版" in page
    assert "人工确认的填涂按新答案重新计分" in page


def test_flagged_responses_are_named_and_linked_where_they_are_dealt_with(site: Site, office: Person) -> None:
    flag(site.tb, "c1p1", "6", "图像不清", "marker")
    page = office.get(f"{BASE}/release").text
    assert "1 份异常卷待处理" in page
    assert "queue=flagged" in page
    assert "1 份异常卷待处理" in office.get(BASE).text


def test_pages_that_are_read_count_before_they_are_settled(site: Site) -> None:
    before = exam_progress(site.tb, EXAM_ID).read
    with site.tb.store.write() as uow:
        uow.pages.update("c1p1", state=PageState.RECEIVED)
        uow.pages.update("stray", state=PageState.RECEIVED)
    assert exam_progress(site.tb, EXAM_ID).read == before - 1


def test_a_refused_file_is_dismissed_where_it_is_shown(site: Site, office: Person) -> None:
    with site.tb.store.write() as uow:
        uow.pages.add_stack(
            Stack(id="bad", exam_id=EXAM_ID, name="坏.pdf", blob="f" * 64, by="office", at=utc_now())
        )
        uow.pages.update_stack("bad", error="坏.pdf 打不开。")
    assert f"{BASE}/release/stacks/bad/dismiss" in office.get(f"{BASE}/scans").text
    assert "坏.pdf" in office.get(f"{BASE}/scans/files").text
    answer = office.post(f"{BASE}/release/stacks/bad/dismiss", {"next": f"{BASE}/scans"})
    assert answer.headers["Location"] == f"{BASE}/scans"
    page = office.get(f"{BASE}/scans").text
    assert "坏.pdf 打不开" not in page
    assert "已放弃" in page


def test_a_teacher_does_not_read_that_nothing_was_scanned(site: Site) -> None:
    teacher = site.person("teacher")
    page = teacher.get("/exams").text
    assert "尚未扫描" not in page
    assert "正在阅卷" in page
    publish(site.tb)
    assert "已发布" in teacher.get("/exams").text


@pytest.mark.parametrize("fields", [{"login": "marker"}, {"login": "a b"}, {"login": "bo", "role": "king"}])
def test_an_account_that_cannot_be_is_said_on_the_form(office: Person, fields: Any) -> None:
    answer = office.post("/people/new", {"role": "teacher", "name": "李老师", "classes": "3班"} | fields)
    assert answer.status_code in (400, 409)
    assert 'value="李老师"' in answer.text
    assert 'class="problem"' in answer.text
    assert 'name="login"' in answer.text


def test_the_list_of_passwords_is_named_by_its_day(office: Person) -> None:
    answer = office.post("/people/students", {"exam_id": EXAM_ID})
    assert re.search(r"%E8%B4%A6%E5%8F%B7_\d{4}-\d\d-\d\d\.csv", answer.headers["Content-Disposition"])


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("人工确认填涂: D", ""),
        ("选 D，答案是 B (填涂经人工确认)", "选 D，答案是 B"),
        ("选 D，答案是 B", "选 D，答案是 B"),
    ],
)
def test_pupils_read_no_words_of_the_staff(reason: str, shown: str) -> None:
    assert pupil_words(reason) == shown


def test_a_page_is_named_once(site: Site) -> None:
    page = ScanPage(
        id="p",
        exam_id=EXAM_ID,
        stack_id="s1",
        source_name="扫描.zip 第4页",
        source_index=3,
        blob="0" * 64,
        media_type="image/jpeg",
        width_px=1,
        height_px=1,
    )
    with site.app.test_request_context():
        assert scan_name(page) == "扫描.zip 第4页"
        assert scan_name(page.model_copy(update={"source_name": "扫描.pdf"})) == "扫描.pdf · 第 4 页"
