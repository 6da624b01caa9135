"""What the office takes back, tries again, or settles where there is no roster."""

from __future__ import annotations

from typing import Any

import pytest

from core.identities import Identity
from core.jobs import JobKind, JobState
from core.ledger import PageEntry
from core.pages import PageState
from core.results import CandidateStatus
from core.rosters import Candidate, Roster
from pipeline import claims, repair
from pipeline.exams import exam_text, save_exam
from pipeline.toolbox import Toolbox
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID
from web import create_app

BASE = f"/exams/{EXAM_ID}"


def _statuses(site: Site) -> dict[str, CandidateStatus]:
    with site.tb.store.read() as uow:
        return uow.candidates.statuses(EXAM_ID)


def _entry(site: Site, page: str) -> PageEntry:
    with site.tb.store.read() as uow:
        return uow.pages.entry(page)


# statuses


def test_a_declared_absence_is_taken_back_with_a_reason(site: Site, office: Person) -> None:
    office.post(f"{BASE}/candidates/c6/declare", {"status": "absent"})
    assert f"{BASE}/candidates/c6/take-back" in office.get(f"{BASE}/ledger").text
    assert office.post(f"{BASE}/candidates/c6/take-back", {}).status_code == 400
    assert _statuses(site) == {"c6": CandidateStatus.ABSENT}
    assert office.post(f"{BASE}/candidates/c6/take-back", {"why": "登记错了人"}).status_code == 302
    assert _statuses(site) == {}
    page = office.get(f"{BASE}/ledger").text
    assert "一页也没有" in page
    assert f"{BASE}/candidates/c6/take-back" not in page
    assert office.post(f"{BASE}/candidates/c6/take-back", {"why": "再来"}).status_code == 404


def test_a_complete_candidate_is_declared_void_from_the_ledger(site: Site, office: Person) -> None:
    assert f"{BASE}/candidates/declare" in office.get(f"{BASE}/ledger").text
    form = {"candidate": "c1", "status": "void", "why": "夹带"}
    assert office.post(f"{BASE}/candidates/declare", form).status_code == 302
    assert _statuses(site) == {"c1": CandidateStatus.VOID}
    assert office.post(f"{BASE}/candidates/c1/declare", {"status": "present"}).status_code == 400
    office.post(f"{BASE}/candidates/c1/take-back", {"why": "查无此事"})
    assert _statuses(site) == {}


def test_an_absence_that_the_card_says_becomes_presence(site: Site, office: Person) -> None:
    assert repair.ABSENT_CARD == claims.ABSENT_CARD
    with site.tb.store.write() as uow:  # as the machine sets an absent card aside
        uow.candidates.set_status(EXAM_ID, "c1", CandidateStatus.ABSENT, "machine", "缺考标记已填涂")
        uow.pages.add_identity(EXAM_ID, Identity(page_id="c1p1", candidate_id="c1"))
        for page in ("c1p1", "c1p2"):
            uow.pages.update(page, state=PageState.STRAY, reason=claims.ABSENT_CARD, candidate_id="")
    office.post(f"{BASE}/candidates/c1/take-back", {"why": "监考员涂错"})
    assert _statuses(site) == {"c1": CandidateStatus.PRESENT}
    with site.tb.store.read() as uow:
        assert [job.kind for job in uow.jobs.open_of_exam(EXAM_ID)] == [JobKind.SETTLE]


# reasons


@pytest.mark.parametrize(
    ("action", "fields"),
    [("hold", {}), ("stray", {}), ("assign", {"candidate": "c6"}), ("duplicate", {"of": "c2p1"})],
)
def test_a_settled_page_is_changed_only_with_a_reason(
    site: Site, office: Person, action: str, fields: dict[str, str]
) -> None:
    before = _entry(site, "c1p1")
    refused = office.fetch(f"{BASE}/pages/c1p1/{action}", data=fields)
    assert refused.status_code == 400
    assert "原因" in refused.get_json()["message"]
    assert _entry(site, "c1p1") == before
    assert office.fetch(f"{BASE}/pages/c1p1/{action}", data=fields | {"why": "看错了"}).status_code == 200
    with site.tb.store.read() as uow:
        assert uow.audit.lines(EXAM_ID, "c1p1")[0].why == "看错了"


def test_a_first_settling_takes_a_note_and_needs_none(site: Site, office: Person) -> None:
    office.fetch(f"{BASE}/pages/held1/assign", data={"candidate": "c6", "why": "按座位"})
    with site.tb.store.read() as uow:
        assert uow.audit.lines(EXAM_ID, "held1")[0].why == "按座位"
        assert uow.pages.identities(EXAM_ID)["held1"].reason == "按座位"


# without a roster


def _no_roster(site: Site) -> None:
    with site.tb.store.write() as uow:
        uow.candidates.replace(EXAM_ID, Roster())
        for n in range(1, 6):
            for side in (1, 2):
                uow.pages.update(f"c{n}p{side}", candidate_id=f"2026010{n}")


def test_without_a_roster_a_typed_number_settles_a_sheet(site: Site, office: Person) -> None:
    _no_roster(site)
    page = office.get(f"{BASE}/ledger").text
    assert '<input name="candidate"' in page
    assert 'data-typed="yes"' in office.get(f"{BASE}/identity").text
    assert office.fetch(f"{BASE}/pages/held1/assign", data={"candidate": "张三?"}).status_code == 400
    assert office.fetch(f"{BASE}/pages/held1/assign", data={"candidate": "２０２６ 0106"}).status_code == 200
    assert _entry(site, "held1").candidate_id == "20260106"


def test_without_a_roster_everybody_with_a_page_is_listed(site: Site, office: Person) -> None:
    _no_roster(site)
    office.fetch(f"{BASE}/pages/held1/assign", data={"candidate": "20260106"})
    listed = office.fetch(f"{BASE}/candidates.json").get_json()
    assert [c["number"] for c in listed] == [f"2026010{n}" for n in range(1, 7)]
    page = office.get(f"{BASE}/ledger").text
    assert f"{BASE}/candidates/20260106/declare" in page  # the second side is missing
    office.post(f"{BASE}/candidates/20260106/declare", {"status": "present"})
    assert _statuses(site) == {"20260106": CandidateStatus.PRESENT}


# retry


def _fail_a_job(site: Site) -> str:
    with site.tb.store.write() as uow:
        job_id = uow.jobs.ask(JobKind.MARK, EXAM_ID, {"items": []})
        uow.jobs.fail(job_id, "模型文件打不开")
    return job_id


def test_failed_work_is_tried_again_at_the_press_of_a_button(site: Site) -> None:
    woken: list[str] = []
    tb = Toolbox(site.tb.settings, site.tb.store, site.tb.blobs, woken.append)
    site = Site(create_app(tb, testing=True), tb, site.school)
    office = site.person("office")
    hidden = 'id="retry" action="/exams/wl-mid/retry" hidden'
    for page in ("", "/scans", "/ledger"):
        assert hidden in office.get(BASE + page).text
    job_id = _fail_a_job(site)
    for page in ("", "/scans", "/ledger"):
        assert hidden not in office.get(BASE + page).text
    assert office.fetch(f"{BASE}/progress").get_json()["failed"] == 1
    answer = office.post(f"{BASE}/retry", {"next": f"{BASE}/scans"})
    assert answer.headers["Location"] == f"{BASE}/scans"
    assert woken == [job_id]
    with site.tb.store.read() as uow:
        job = uow.jobs.get(job_id)
        assert job is not None
        assert (job.state, job.attempts) == (JobState.QUEUED, 0)
        assert uow.audit.lines(EXAM_ID)[0].action == "jobs.retry"


def test_pages_that_were_not_read_are_listed(site: Site, office: Person) -> None:
    with site.tb.store.write() as uow:
        page = uow.pages.entry("stray").page
        late = page.model_copy(update={"id": "late", "source_index": 77, "source_name": "晚到.pdf"})
        uow.pages.add(late, PageState.RECEIVED)
    page_text = office.get(f"{BASE}/ledger").text
    assert "还没有读完的页" in page_text
    assert "晚到.pdf" in page_text


# editing


def test_two_who_edit_at_once_do_not_overwrite_each_other_by_yaml(site: Site, office: Person) -> None:
    text = exam_text(site.tb, EXAM_ID)
    assert 'name="base_revision" value="1"' in office.get(f"{BASE}/yaml").text
    first = text.replace("八年级物理期中考试", "八年级物理期中")
    office.post(f"{BASE}/yaml", {"text": first, "base_revision": "1"})
    second = text.replace("key: D", "key: C", 1)
    answer = office.post(f"{BASE}/yaml", {"text": second, "base_revision": "1"})
    assert answer.status_code == 409
    assert "第 2 版" in answer.text
    assert "key: C" in answer.text  # the words are not lost
    assert 'name="base_revision" value="1"' in answer.text
    with site.tb.store.read() as uow:
        assert (uow.exams.get(EXAM_ID).revision, uow.exams.get(EXAM_ID).title) == (2, "八年级物理期中")


@pytest.mark.parametrize("base", [None, "", "x", -1, {}])
def test_a_form_without_its_revision_is_not_kept(site: Site, office: Person, base: Any) -> None:
    answer = office.fetch(f"{BASE}/edit", {"title": "空", "base_revision": base})
    assert answer.status_code == 400
    assert "版本号" in answer.get_json()["message"]


def test_the_form_says_conflict_as_well(site: Site, office: Person) -> None:
    text = exam_text(site.tb, EXAM_ID)
    save_exam(site.tb, text.replace("八年级物理期中考试", "八年级物理期中"), "x", "other")
    tree = {
        "title": "我的", "subject": "物理", "total": "3", "base_revision": 1,
        "sections": [{"title": "一", "items": [{"number": "1", "kind": "single_choice", "points": "3", "key": "B"}]}],
    }  # fmt: skip
    answer = office.fetch(f"{BASE}/edit", tree)
    assert answer.status_code == 409
    assert "第 2 版" in answer.get_json()["message"]


# roster


def test_a_roster_of_names_gets_numbers_on_its_page(site: Site, office: Person) -> None:
    assert f"{BASE}/roster/numbers" not in office.get(f"{BASE}/roster").text
    with site.tb.store.write() as uow:
        roster = uow.candidates.roster(EXAM_ID).candidates
        more = (Candidate(id="n1", name="新同学", class_name="1班"), Candidate(id="n2", name="无班生"))
        uow.candidates.replace(EXAM_ID, Roster(candidates=(*roster, *more)))
    assert f"{BASE}/roster/numbers" in office.get(f"{BASE}/roster").text
    assert office.post(f"{BASE}/roster/numbers").status_code == 302
    page = office.get(f"{BASE}/roster").text
    assert "20260104" in page
    with site.tb.store.read() as uow:
        numbers = {c.name: c.number for c in uow.candidates.roster(EXAM_ID).candidates}
    assert (numbers["新同学"], numbers["无班生"]) == ("20260107", "20260001")


def test_somebody_without_pages_is_taken_off_the_roster(site: Site, office: Person) -> None:
    page = office.get(f"{BASE}/roster").text
    assert f"{BASE}/roster/c6/remove" in page
    assert f"{BASE}/roster/c1/remove" not in page
    assert office.post(f"{BASE}/roster/c1/remove").status_code == 409
    assert office.post(f"{BASE}/roster/c6/remove").status_code == 302
    assert "刘子墨" not in office.get(f"{BASE}/roster").text.partition("table-tall")[2]


# results


def test_results_of_a_single_pupil_are_shown_with_dashes(site: Site, office: Person) -> None:
    with site.tb.store.write() as uow:
        for candidate in ("c2", "c3"):
            uow.candidates.set_status(EXAM_ID, candidate, CandidateStatus.VOID, "office", "")
    answer = office.get(f"{BASE}/results?class=1班")
    assert answer.status_code == 200
    assert "<b>–</b><span>标准差</span>" in answer.text


def test_the_grid_of_knowledge_and_ability_is_on_the_results_page(site: Site, office: Person) -> None:
    assert "双向细目表" not in office.get(f"{BASE}/results").text
    text = exam_text(site.tb, EXAM_ID)
    marked = text.replace("    knowledge_points:", "    ability: 理解\n    knowledge_points:", 1)
    save_exam(site.tb, marked, "x", "office")
    page = office.get(f"{BASE}/results").text
    grid = page.partition("双向细目表")[2]
    assert "<th>理解</th>" in grid
    assert "3 分" in grid


# pictures


def _cut_off(site: Site, content: bytes) -> str:
    with site.tb.store.write() as uow:
        page = uow.pages.entry("stray").page
        uow.pages.add(
            page.model_copy(update={"id": "cut", "source_index": 88, "blob": site.tb.blobs.put(content)}),
            PageState.HELD,
        )
    return f"{BASE}/pages/cut/scan"


def test_a_scan_that_was_cut_off_is_shown_as_far_as_it_goes(site: Site, office: Person) -> None:
    whole = site.tb.blobs.get(_entry(site, "c1p1").page.blob)
    answer = office.get(_cut_off(site, whole[: len(whole) // 2]))
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")


@pytest.mark.parametrize("content", [b"\xff\xd8\xff", b"no picture at all", b"\x89PNG\r\n\x1a\n"])
def test_a_scan_that_cannot_be_decoded_says_so(site: Site, office: Person, content: bytes) -> None:
    answer = office.get(_cut_off(site, content))
    assert answer.status_code == 400
    assert "已损坏" in answer.text
