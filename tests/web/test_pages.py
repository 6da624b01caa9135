"""Exams, rosters, the ledger, accounts and releases as the office works on them."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import Any

import pytest
import yaml

from core.errors import ExamInvalid
from core.exam_files import read_exam
from core.jobs import JobKind
from core.ledger import Stack
from core.pages import PageState
from core.results import CandidateStatus
from core.store import Output
from core.store.base import utc_now
from pipeline.exams import exam_text
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID, publish
from web.outline import UNWRITTEN, outline_text
from web.views.editor import problems_of

BASE = f"/exams/{EXAM_ID}"
OUTLINE = {
    "id": "new-1", "title": "月考", "subject": "物理", "total": "30", "card": "A3-2",
    "kind-0": "single_choice", "title-0": "单选", "count-0": "3", "points-0": "2", "keys-0": "BAC",
    "kind-1": "multiple_choice", "title-1": "多选", "count-1": "2", "points-1": "3", "keys-1": "AC BD", "partial-1": "half",
    "kind-2": "fill", "title-2": "填空", "count-2": "2", "points-2": "2", "keys-2": "支持力/弹力\n0.6 N",
    "kind-3": "short_answer", "title-3": "解答", "count-3": "1", "points-3": "4", "keys-3": "二力平衡",
    "kind-4": "essay", "title-4": "作文", "count-4": "1", "points-4": "10", "keys-4": "300",
}  # fmt: skip


def test_an_outline_becomes_an_exam(site: Site, office: Person) -> None:
    answer = office.post("/exams/new", OUTLINE)
    assert answer.headers["Location"] == "/exams/new-1"
    with site.tb.store.read() as uow:
        exam = uow.exams.get("new-1")
    assert [section.title for section in exam.sections] == [
        "一、单选", "二、多选", "三、填空", "四、解答", "五、作文",
    ]  # fmt: skip
    assert [item.number for item in exam.items] == [str(n) for n in range(1, 10)]
    assert (exam.card.paper, exam.card.columns) == ("A3", 2)
    assert "二力平衡" in office.get("/exams/new-1/edit").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"keys-0": "BA"}, "“单选”：写了 3 题，但有 2 个答案"),
        ({"keys-0": "BAX"}, "“单选”：第 3 个答案 “X” 不是选项字母"),
        ({"keys-2": "支持力"}, "“填空”：写了 2 题，但有 1 行答案"),
        ({"keys-2": "支持力；；6 N\n0.6 N"}, "有一个空没有答案"),
        ({"keys-2": "a；b；c\n0.6 N"}, "“填空”：第 1 个答案 “a；b；c” 有 3 个空"),
        ({"count-3": "3", "keys-3": "一\n二"}, "“解答”：写了 3 题，但有 2 行答案"),
        ({"kind-0": "true_false", "keys-0": "TFA"}, "第 3 个答案 “A” 不是 T 或 F"),
        ({"points-1": "2.5"}, "“多选”：每题分值 “2.5” 不能用，请填 1 分的整数倍"),
        ({"points-1": ""}, "“多选”：每题分值 “” 不能用"),
        ({"points-1": "1e9999"}, "不能用"),
        ({"keys-4": "many"}, "“作文”第 1 题"),
        ({"total": ""}, "满分还没有填"),
        ({"number_digits": "99"}, "考号位数：应是 4 到 14 的整数"),
        ({"count-0": "x"}, "题数 “x” 不能用"),
        ({"count-0": "9999"}, "1 到 120"),
        ({"total": "31"}, "满分：总分写的是 31，各题合计 30"),
        ({"id": "Not An Id"}, "编号：只能用小写字母"),
        ({"id": EXAM_ID}, "已有编号"),
        ({f"count-{n}": "" for n in range(5)}, "还没有题目"),
    ],
)
def test_an_outline_that_cannot_be_is_shown_again_with_what_is_wrong(
    office: Person, change: dict[str, str], words: str
) -> None:
    answer = office.post("/exams/new", OUTLINE | change)
    assert answer.status_code in (400, 409)
    told = answer.text.replace("&#34;", '"')
    assert words in told
    assert "月考" in told
    for programmers_words in ("试卷提纲 第", "sections[", "docs/exam-format.md"):
        assert programmers_words not in told


def test_everything_wrong_in_an_outline_is_told_at_once(office: Person) -> None:
    page = office.post("/exams/new", OUTLINE | {"title": " ", "keys-0": "BA", "points-2": "x"}).text
    for words in ("名称还没有填", "“单选”：写了 3 题", "“填空”：每题分值 “x” 不能用"):
        assert words in page


def test_an_outline_has_true_false_items_and_leaves_short_answers_for_later(
    site: Site, office: Person
) -> None:
    page = office.get("/exams/new").text
    assert 'value="true_false"' in page
    changed = {"kind-0": "true_false", "keys-0": "√×T", "count-3": "2", "points-3": "2", "keys-3": ""}
    answer = office.post("/exams/new", OUTLINE | changed)
    assert answer.headers["Location"] == "/exams/new-1"
    with site.tb.store.read() as uow:
        exam = uow.exams.get("new-1")
    assert [exam.item(str(n)).key for n in (1, 2, 3)] == [True, False, True]  # type: ignore[union-attr]
    assert [c.statement for c in exam.item("8").criteria] == [UNWRITTEN]  # type: ignore[union-attr]
    assert UNWRITTEN in office.get("/exams/new-1/edit").text


def test_the_outline_reads_as_yaml() -> None:
    assert read_exam(outline_text(OUTLINE)).full_steps == 30


def test_an_exam_is_made_from_a_file(site: Site, office: Person) -> None:
    text = exam_text(site.tb, EXAM_ID).replace(f"id: {EXAM_ID}", "id: copied")
    answer = office.post(
        "/exams/new", {"file": (io.BytesIO(text.encode()), "x.yaml")}, content_type="multipart/form-data"
    )
    assert answer.headers["Location"] == "/exams/copied"


def test_yaml_with_mistakes_is_shown_again_with_their_lines(site: Site, office: Person) -> None:
    text = exam_text(site.tb, EXAM_ID).replace("key: B", "key: E", 1)
    line = text.splitlines().index("    key: E") + 1
    answer = office.post(f"{BASE}/yaml", {"text": text, "base_revision": "1"})
    assert answer.status_code == 400
    assert f'data-line="{line}"' in answer.text
    assert "key: E" in answer.text
    with site.tb.store.read() as uow:
        assert uow.exams.get(EXAM_ID).revision == 1


def test_yaml_keeps_its_id(site: Site, office: Person) -> None:
    text = exam_text(site.tb, EXAM_ID).replace(f"id: {EXAM_ID}", "id: other")
    assert "不能改动考试编号" in office.post(f"{BASE}/yaml", {"text": text, "base_revision": "1"}).text


def test_a_closed_item_shows_its_answer(office: Person) -> None:
    office.post("/exams/new", OUTLINE | {"kind-0": "true_false", "keys-0": "TFT"})
    gists = re.findall(r'class="item-gist">(.*?)</span>', office.get("/exams/new-1/edit").text)
    keys = ["T（√）", "F（×）", "T（√）", "AC", "BD", "支持力/弹力", "0.6 N"]
    assert [gist.strip() for gist in gists[:9]] == [*(f"<b>{key}</b>" for key in keys), "二力平衡", ""]


def test_a_save_before_anything_is_scanned_speaks_of_no_marking(site: Site, office: Person) -> None:
    office.post("/exams/new", OUTLINE)
    text = exam_text(site.tb, "new-1")
    tree = yaml.safe_load(text.replace("支持力", "压力")) | {"date": "", "base_revision": 1}
    saved = office.fetch("/exams/new-1/edit", tree).get_json()
    assert (saved["revision"], saved["title"], saved["remarked"]) == (2, "月考", [])
    text = text.replace("支持力", "拉力")
    answer = office.post("/exams/new-1/yaml", {"text": text, "base_revision": "2"})
    assert answer.headers["Location"] == "/exams/new-1/yaml"
    assert "试卷现在是第 3 版" in office.get("/exams/new-1/yaml").text


def test_a_changed_key_leads_to_whose_score_moved(site: Site, office: Person) -> None:
    text = exam_text(site.tb, EXAM_ID).replace("key: B", "key: C", 1)
    answer = office.post(f"{BASE}/yaml", {"text": text, "base_revision": "1"})
    assert answer.headers["Location"] == f"{BASE}/moved/2"
    with site.tb.store.write() as uow:
        assert [job.kind for job in uow.jobs.open_of_exam(EXAM_ID)] == [JobKind.MARK]
        uow.audit.write("machine", "mark.again", EXAM_ID, "c1p1:1", before="3", after="0", why="revision 2")
    page = office.get(f"{BASE}/moved/2").text
    assert "陈思远" in page
    assert "林若溪" not in page


def test_problems_are_taken_apart() -> None:
    message = "试卷 有 2 处错误：\n试卷 第 3 行 items[1].key：不对\n试卷 第 9 行：没有成对"
    found = problems_of(ExamInvalid(message))
    assert [(p.line, p.path, p.words) for p in found] == [(3, "items[1].key", "不对"), (9, "", "没有成对")]


def test_a_pasted_roster_is_shown_before_it_is_kept(site: Site, office: Person) -> None:
    pasted = "考号\t姓名\t班级\n20260107\t马小跳\t2班\n\t无号生\t2班"
    page = office.post(f"{BASE}/roster/preview", {"text": pasted}).text
    assert "马小跳" in page
    with site.tb.store.read() as uow:
        assert len(uow.candidates.roster(EXAM_ID).candidates) == 6
    blob = site.tb.blobs.put(pasted.encode())
    assert f'value="{blob}"' in page
    assert office.post(f"{BASE}/roster/keep", {"blob": blob, "name": ""}).status_code == 302
    with site.tb.store.read() as uow:
        assert len(uow.candidates.roster(EXAM_ID).candidates) == 8
        assert JobKind.SETTLE in [job.kind for job in uow.jobs.open_of_exam(EXAM_ID)]


def test_a_roster_with_a_number_twice_is_refused_and_nothing_is_kept(site: Site, office: Person) -> None:
    answer = office.post(f"{BASE}/roster/preview", {"text": "考号\t姓名\n1001\t甲\n1001\t乙"})
    assert answer.status_code == 400
    assert "1001" in answer.text


@pytest.mark.parametrize("blob", ["", "../../secret-key", "0" * 64])
def test_a_roster_that_was_never_previewed_is_not_kept(office: Person, blob: str) -> None:
    assert office.post(f"{BASE}/roster/keep", {"blob": blob}).status_code == 404


def _entry(site: Site, page: str) -> Any:
    with site.tb.store.read() as uow:
        return uow.pages.entry(page)


def test_the_ledger_says_what_is_missing_and_settles_it(site: Site, office: Person) -> None:
    page = office.get(f"{BASE}/ledger").text
    assert "还没有平" in page
    assert "刘子墨" in page
    assert office.post(f"{BASE}/pages/held1/assign", {}).status_code == 400
    assert office.post(f"{BASE}/pages/held1/assign", {"candidate": "c1"}).status_code == 409
    assert office.post(f"{BASE}/pages/held1/assign", {"candidate": "c6"}).status_code == 302
    assert _entry(site, "held1").candidate_id == "c6"
    assert office.post(f"{BASE}/candidates/c6/declare", {"status": "absent"}).status_code == 409
    office.post(f"{BASE}/candidates/c6/declare", {"status": "present", "why": "第二面丢了"})
    assert "账已核平" in office.get(f"{BASE}/ledger").text
    with site.tb.store.read() as uow:
        assert uow.candidates.statuses(EXAM_ID) == {"c6": CandidateStatus.PRESENT}


@pytest.mark.parametrize(
    ("action", "fields", "state"),
    [
        ("duplicate", {"of": "c1p1"}, PageState.DUPLICATE),
        ("stray", {}, PageState.STRAY),
        ("unreadable", {}, PageState.UNREADABLE),
        ("hold", {}, PageState.HELD),
        ("place", {"side": "1", "candidate": "c6"}, PageState.PLACED),
    ],
)
def test_a_page_is_set_where_a_person_says(
    site: Site, office: Person, action: str, fields: dict[str, str], state: PageState
) -> None:
    assert office.fetch(f"{BASE}/pages/held1/{action}", data=fields).get_json() == {"done": True}
    assert _entry(site, "held1").state is state


def test_an_unknown_action_or_status_changes_nothing(site: Site, office: Person) -> None:
    assert office.post(f"{BASE}/pages/held1/burn", {}).status_code == 400
    assert office.post(f"{BASE}/candidates/c6/declare", {"status": "gone"}).status_code == 400
    assert office.post(f"{BASE}/pages/held1/duplicate", {"of": "elsewhere"}).status_code == 404
    assert _entry(site, "held1").state is PageState.HELD


def test_the_identity_queue_ranks_its_guesses(office: Person) -> None:
    task = office.fetch(f"{BASE}/identity/queue.json").get_json()[0]
    assert [(g["name"], g["probability"]) for g in task["guesses"]] == [("张皓然", 0.62), ("刘子墨", 0.31)]
    assert office.get(task["head"]).mimetype == "image/jpeg"


def test_what_stands_in_the_way_of_a_release_links_to_where_it_is_settled(office: Person) -> None:
    page = office.get(f"{BASE}/release").text
    assert f'href="{BASE}/marking"' in page
    assert f'href="{BASE}/ledger"' in page
    assert office.post(f"{BASE}/release", {}).status_code == 409


def test_released_files_come_singly_and_together(site: Site, office: Person) -> None:
    publish(site.tb)
    whole = office.get(f"{BASE}/release/1/script")
    with zipfile.ZipFile(io.BytesIO(whole.data)) as archive:
        assert len(archive.namelist()) == 5
        assert "1班_陈思远_20260101.pdf" in archive.namelist()
        assert archive.testzip() is None
    one = office.get(f"{BASE}/release/1/script/c1")
    assert "filename*=UTF-8''1%E7%8F%AD_" in one.headers["Content-Disposition"]
    assert str(office.get(f"{BASE}/release/1/workbook").mimetype).endswith("spreadsheetml.sheet")
    assert office.get(f"{BASE}/release/7/workbook").status_code == 404
    assert office.get(f"{BASE}/release/1/nothing").status_code == 404


def test_the_lesson_names_nobody(site: Site, office: Person) -> None:
    page = office.get(f"{BASE}/lesson").text
    assert "<svg" in page
    for candidate in site.school.candidates:
        assert candidate.name not in page
        assert candidate.number not in page


def test_students_get_accounts_from_the_roster_once(site: Site, office: Person) -> None:
    answer = office.post("/people/students", {"exam_id": EXAM_ID})
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["20260102", "20260103", "20260105", "20260106"]
    student = site.person()
    assert student.log_in(rows[1][2], rows[1][3]).status_code == 302
    assert student.get("/mine").headers["Location"] == "/password"
    assert office.post("/people/students", {"exam_id": EXAM_ID}).status_code == 302


def test_the_office_makes_and_closes_accounts(site: Site, office: Person) -> None:
    page = office.post(
        "/people/new", {"login": "li", "name": "李老师", "role": "teacher", "classes": "1班，2班"}
    ).text
    assert 'class="one-time"' in page
    with site.tb.store.read() as uow:
        assert uow.people.get("li").classes == ("1班", "2班")  # type: ignore[union-attr]  # just made
    assert office.post("/people/new", {"login": "li", "role": "teacher"}).status_code == 409
    assert office.post("/people/new", {"login": "a b", "role": "teacher"}).status_code == 400
    assert office.post("/people/new", {"login": "bo", "role": "king"}).status_code == 400
    assert office.post("/people/office/update", {"name": "x"}).status_code == 409
    assert 'class="one-time"' in office.post("/people/li/reset", {}).text


def test_the_card_page_asks_for_a_card_and_gives_it_out(site: Site, office: Person) -> None:
    assert office.post(f"{BASE}/card/design").status_code == 302
    assert office.fetch(f"{BASE}/card/state.json").get_json() == {"working": True}
    assert office.get(f"{BASE}/card/1/card.pdf").data.startswith(b"%PDF")
    assert office.get(f"{BASE}/card/1/1.png").mimetype == "image/png"
    assert office.get(f"{BASE}/card/9/1.png").status_code == 404
    assert office.get(f"{BASE}/card/1/named.pdf").status_code == 404


def test_regions_drawn_on_a_blank_card_are_owed_as_a_card(site: Site, office: Person) -> None:
    url = f"{BASE}/card/blank"
    regions = [{"page": 1, "kind": "name", "box": {"x_mm": 10, "y_mm": 10, "width_mm": 60, "height_mm": 12}}]
    assert office.fetch(f"{url}/regions", {"dpi": 200, "regions": regions}).status_code == 409
    office.post(
        url, {"file": (io.BytesIO(b"%PDF-1.7 blank"), "空白.pdf")}, content_type="multipart/form-data"
    )
    blob = site.tb.blobs.get(_card_blank(site))
    with site.tb.store.write() as uow:
        assert JobKind.READ_BLANK in [job.kind for job in uow.jobs.open_of_exam(EXAM_ID)]
        kept = Output(
            exam_id=EXAM_ID,
            release=0,
            kind="blank_scan",
            candidate_id="1",
            name="1.png",
            blob=site.tb.blobs.put(blob),
        )
        uow.outputs.put(kept)
    assert 'id="blank"' in office.get(url).text
    assert office.get(f"{url}/1.png").mimetype == "image/png"
    assert office.fetch(f"{url}/regions", {"dpi": 200, "regions": []}).status_code == 400
    assert office.fetch(f"{url}/regions", {"dpi": "x", "regions": regions}).status_code == 400
    assert (
        office.fetch(f"{url}/regions", {"dpi": 200, "regions": regions}).get_json()["url"] == f"{BASE}/card"
    )
    with site.tb.store.read() as uow:
        job = next(j for j in uow.jobs.open_of_exam(EXAM_ID) if j.kind is JobKind.BLANK_CARD)
    assert json.loads(site.tb.blobs.get(job.args["regions"])) == regions


def _card_blank(site: Site) -> str:
    with site.tb.store.read() as uow:
        return uow.cards.of_exam(EXAM_ID)[0].blank_blobs[0]


def test_a_stack_that_failed_says_why_on_the_scan_page(site: Site, office: Person) -> None:
    with site.tb.store.write() as uow:
        uow.pages.add_stack(
            Stack(id="s2", exam_id=EXAM_ID, name="坏.pdf", blob="1" * 64, by="office", at=utc_now())
        )
        uow.pages.update_stack("s2", error="文件有密码")
    assert "文件有密码" in office.get(f"{BASE}/scans").text


def test_the_audit_page_shows_when_the_log_was_touched(site: Site, office: Person) -> None:
    assert "日志完整" in office.get(f"{BASE}/audit").text
    with site.tb.store._engine.begin() as connection:  # as somebody with the database file could
        triggers = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).scalars()
        for name in list(triggers):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit SET after = 'x' WHERE id = 1")
    assert "被改动过" in office.get(f"{BASE}/audit").text


def test_the_office_dismisses_a_file_that_broke_off(site: Site, office: Person) -> None:
    stack = Stack(
        id="broken",
        exam_id=EXAM_ID,
        name="坏文件.pdf",
        blob="c" * 64,
        by="office",
        at=utc_now(),
        error="第 3 页损坏",
    )
    with site.tb.store.write() as uow:
        uow.pages.add_stack(stack)
    page = office.get(f"{BASE}/release").text
    assert "没有读完的文件" in page
    assert "坏文件.pdf" in page
    url = f"{BASE}/release/stacks/broken/dismiss"
    assert office.post(url, {"why": "重新扫描了"}).status_code == 302
    assert "坏文件.pdf" not in office.get(f"{BASE}/release").text
    with site.tb.store.read() as uow:
        assert uow.audit.lines(EXAM_ID, "broken")[0].why == "重新扫描了"
    assert office.post(f"{BASE}/release/stacks/nothing/dismiss", {}).status_code == 404
