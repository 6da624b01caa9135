"""Agreement and licence pages, with no marks, three, and enough."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.licences import RiskPoint
from core.settings import Settings
from pipeline.agreement import analyse_agreement
from pipeline.licences import grant
from pipeline.licensing import apply_licences
from pipeline.toolbox import Toolbox, open_toolbox
from tests.pipeline import many_marks as made
from tests.web import school
from tests.web.conftest import Person, Site
from web import create_app
from web.charts import reliability_chart, risk_chart

BASE = f"/exams/{made.EXAM_ID}"


def _nobody(_done: int, _total: int) -> None:
    pass


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Item 3 with 200 marks given unseen (the least sure two wrong), item 4 with three, item 2 with none."""
    folder = tmp_path_factory.mktemp("marks")
    tb = open_toolbox(Settings(home=folder))
    school.hire(tb)
    pages = made.found(tb, 360).pages
    made.propose(tb, pages[:200], "3", [0.99 - n / 1000 for n in range(200)])
    made.propose(tb, pages[200:], "3", 0.97)
    made.blind_marks(tb, pages[:200], "3", wrong=pages[198:200])
    made.propose(tb, pages[:260], "4", 0.8)
    made.blind_marks(tb, pages[:3], "4", wrong=pages[:1])
    analyse_agreement(tb, made.EXAM_ID, {}, _nobody)
    tb.store.close()
    return folder


@pytest.fixture
def tb(home: Path, tmp_path: Path) -> Iterator[Toolbox]:
    shutil.copytree(home, tmp_path / "home")
    tools = open_toolbox(Settings(home=tmp_path / "home"))
    yield tools
    tools.store.close()


def _person(tb: Toolbox, login: str) -> Person:
    person = Person(create_app(tb, testing=True).test_client())
    assert person.log_in(login).status_code == 302
    return person


@pytest.fixture
def head(tb: Toolbox) -> Person:
    return _person(tb, "office")


def _digest(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("1", "教师还没有判过这道题"),
        ("2", "教师还没有判过这道题"),
        ("3", "机器先判、教师后判的 200 份里，两者同分的有 198 份"),
        ("4", "只有 3 份，下面的数字还很不可靠"),
        ("5", "作文由教师评分"),
    ],
)
def test_the_agreement_page_says_what_is_known(head: Person, item: str, words: str) -> None:
    answer = head.get(f"{BASE}/items/{item}/agreement")
    assert answer.status_code == 200
    assert words in answer.text
    assert "style=" not in answer.text  # the policy forbids it


def test_charts_are_named_and_their_numbers_stand_in_tables(head: Person) -> None:
    page = head.get(f"{BASE}/items/3/agreement").text
    for name in re.findall(r'role="img" aria-labelledby="([^"]+)"', page):
        assert f'<title id="{name}">' in page
    assert page.count('class="figures-table"') == 2
    assert "错判率上限" in page
    assert "没有按这条线改过" in page


def test_a_marker_sees_agreement_but_not_whose_answers_differ_nor_licences(tb: Toolbox) -> None:
    marker = _person(tb, "marker")
    page = marker.get(f"{BASE}/items/4/agreement").text
    assert "差得最多的" in page
    assert "评分记录" not in page
    assert marker.get(f"{BASE}/licence").status_code == 403
    assert marker.post(f"{BASE}/licence/item:3/grant", {}).status_code == 403


def test_an_item_that_is_not_there_is_not_found(head: Person) -> None:
    assert head.get(f"{BASE}/items/77/agreement").status_code == 404
    assert head.get(f"{BASE}/licence/item:77").status_code == 404
    assert head.post(f"{BASE}/agreement", {"item": "77"}).status_code == 404


def test_new_figures_can_be_asked_for(head: Person, tb: Toolbox) -> None:
    answer = head.post(f"{BASE}/agreement", {"item": "3", "next": "https://elsewhere.example/"})
    assert answer.status_code == 302
    assert answer.location == f"{BASE}/items/3/agreement"
    with tb.store.read() as uow:
        assert [job.args for job in uow.jobs.open_of_exam(made.EXAM_ID)] == [
            {"what": "agreement", "item": "3"}
        ]


def test_the_overview_says_of_each_item_who_decides(head: Person) -> None:
    page = head.get(f"{BASE}/licence").text
    assert "作文由教师评分" in page
    assert "按系统设置：把握不低于 98% 的定分" in page
    assert "至少要 183 份盲评" in page
    assert "全部解答题" in page


def test_points_that_cannot_be_chosen_are_closed_and_say_what_is_missing(head: Person) -> None:
    page = head.get(f"{BASE}/licence/item:4").text
    assert page.count("disabled") == 4
    assert "下次在满 183 份盲评时判定，估计还要约 180 份" in page
    assert "所有判定合起来" in page
    assert "授权</button>" not in page


def test_essays_cannot_be_chosen_and_the_page_says_why(head: Person) -> None:
    page = head.get(f"{BASE}/licence/item:5").text
    assert "教师生成式人工智能应用指引" in page
    assert 'name="level"' not in page
    assert head.post(f"{BASE}/licence/item:5/grant", {"level": "0.02"}).status_code == 400


def test_the_head_chooses_a_point_and_takes_it_back(head: Person, tb: Toolbox) -> None:
    page = head.get(f"{BASE}/licence/item:3").text
    assert "按最早的 183 份盲评判定；满 366 份时再判定一次" in page
    assert "在 198 份老师判过的作答里" in page or "与老师不同的有 0 份" in page
    answer = head.post(
        f"{BASE}/licence/item:3/grant", {"level": "0.02", "digest": _digest(page), "why": "试用"}
    )
    assert answer.status_code == 302
    apply_licences(tb, made.EXAM_ID, {}, _nobody)
    page = head.get(f"{BASE}/licence/item:3").text
    assert "已授权" in page
    assert "试用" in page
    assert head.get(f"{BASE}/licence").text.count("已授权") == 1
    log = head.get(f"{BASE}/audit").text
    assert "授权机器定分" in log
    assert "第 3 题" in log
    assert "份里 0 份不同" in log
    assert head.post(f"{BASE}/licence/item:3/withdraw", {"why": "改主意"}).status_code == 302
    page = head.get(f"{BASE}/licence/item:3").text
    assert "改主意" in page
    assert 'class="danger"' not in page


@pytest.mark.parametrize(
    ("action", "form", "status", "words"),
    [
        ("grant", {"level": "", "digest": ""}, 400, "还没有选错判率"),
        ("grant", {"level": "0.5", "digest": ""}, 400, "还没有选错判率"),
        ("grant", {"level": "0.02", "digest": "0" * 64}, 409, "新的评分"),
        ("measure", {"count": "many"}, 400, "不是整数"),
        ("measure", {"count": "-3"}, 400, "不是整数"),
        ("measure", {"count": "5000"}, 400, "5000"),
        ("withdraw", {}, 409, "没有授权可以撤回"),
        ("steal", {}, 400, "不认识的操作"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_word(
    head: Person, action: str, form: dict[str, str], status: int, words: str
) -> None:
    answer = head.post(f"{BASE}/licence/item:3/{action}", form)
    assert answer.status_code == status
    assert words in answer.text


def test_responses_can_be_drawn_to_be_marked_unseen(head: Person, tb: Toolbox) -> None:
    assert head.post(f"{BASE}/licence/item:4/measure", {"count": "60"}).status_code == 302
    apply_licences(tb, made.EXAM_ID, {}, _nobody)
    assert 35 < made.states(tb, "4")["proposed", "machine", True] < 85
    assert "正在抽取约 60 份" in head.get(f"{BASE}/licence/item:4").text


def test_a_licence_that_fell_back_is_told_on_the_exams_own_page(head: Person, tb: Toolbox) -> None:
    grant(tb, made.EXAM_ID, "item:3", 0.02, _digest(head.get(f"{BASE}/licence/item:3").text), "office", "")
    apply_licences(tb, made.EXAM_ID, {}, _nobody)
    with tb.store.read() as uow:
        seeds = [
            page
            for (page, item), mark in uow.marks.of_exam(made.EXAM_ID).items()
            if mark.seed and item == "3"
        ]
    for page in seeds[:4]:
        made.give(tb, page, "3", 0)
    assert len(seeds) >= 2
    apply_licences(tb, made.EXAM_ID, {"watch": "3"}, _nobody)
    assert "授权已自动收回" in head.get(f"{BASE}/licence/item:3").text
    assert "授权已自动收回，由教师评" in head.get(BASE).text


def test_an_unmarked_exam_of_the_usual_school_has_these_pages_too(shared: Site) -> None:
    office = shared.person("office")
    for path in ("/licence", "/licence/item:6", "/items/6/agreement"):
        assert office.get(f"/exams/{school.EXAM_ID}{path}").status_code == 200


def test_a_chart_of_nothing_is_still_a_chart() -> None:
    chart = reliability_chart((), [(0.1, 0.1), (0.9, 0.9)])
    assert chart.dots == ()
    assert chart.line.count(",") == 2


def test_a_curve_high_up_is_drawn_to_the_top() -> None:
    chart = risk_chart([RiskPoint(threshold=0.8, settled=3, wrong=1, share=1.0, bound=0.86)])
    assert chart.y_ticks[-1].words == "100%"
    assert len(chart.dots) == 1
