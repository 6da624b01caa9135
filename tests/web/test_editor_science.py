"""Keys in maths and science in the editor's form: shown by kind, saved as they were, refused with words."""

from __future__ import annotations

from typing import Any

import pytest

from core.answer_keys import ReactionCheck
from core.exam_files import read_exam
from core.exams import Fill
from pipeline.exams import save_exam
from tests.web.conftest import Person, Site
from tests.web.test_browser import SCREENS, Tab, address, browser  # noqa: F401 -- fixtures

EXAM = """
id: science
title: 理科
subject: 化学
total: 22
sections:
  - title: 一、填空题
    kind: fill
    items:
      - number: 1
        blanks:
          - {points: 3, check: {kind: reaction, value: 2H2+O2=点燃=2H2O, unbalanced_points: 2, condition_points: 1}}
          - {points: 2, check: {kind: number, value: "3.14", unit: m, significant_figures: 3, figures_points: 1, other_units: no}}
          - {points: 2, check: {kind: expression, value: x^2-1, form: factored, form_points: 0}}
          - {points: 2, check: {kind: set, value: "(-∞,1)∪(3,+∞)"}}
          - {points: 2, check: {kind: ratio, value: "3:2", lowest: true}}
          - points: 2
            accepted: 铁
            numeric: {value: 1.80~1.85, unit: cm, wrong_unit_points: 1, significant_figures: 3, other_units: no}
  - title: 二、解答题
    items:
      - number: 2
        kind: short_answer
        criteria:
          - {points: 1, statement: 公式, check: {kind: formula, value: W=Fs, letters: [s l x, W A]}}
          - {points: 2, statement: 求力, check: {kind: number, value: 10, unit: N, name: F}}
          - points: 2
            statement: 求功
            check: {kind: number, value: 50, unit: J, name: W, unit_points: 1}
            follows: {expression: F*s, uses: {F: 2}, given: {s: 5 m}, points: 1}
          - {points: 2, statement: 解方程, check: {kind: solutions, value: "x1=1, x2=3", missing_points: 1}}
          - {points: 2, statement: 顶点, check: {kind: point, value: "(1,-2)"}}
"""


def test_the_form_shows_keys_by_their_kind(site: Site, office: Person) -> None:
    save_exam(site.tb, EXAM, "science.yaml", "office")
    page = office.get("/exams/science/edit").text
    for words in ("2H2+O2=点燃=2H2O", "未配平扣分", "有效数字位数", "F=2", "s=5 m", "W=Fs", "连带错误"):
        assert words in page
    assert "<b>2H2+O2=点燃=2H2O；3.14 m；x^2-1" in page


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({"kind": "reaction", "value": "H2+O2=H2O"}, "没有配平"),
        ({"kind": "substance", "value": "水"}, "读不成化学式"),
        ({"kind": "set", "value": "很多"}, "读不成集合或区间"),
        ({"kind": "formula", "value": "50"}, "不是公式"),
        ({"kind": "ratio", "value": "3"}, "读不成比"),
        ({"kind": "point", "value": "1"}, "读不成坐标"),
        ({"kind": "solutions", "value": "x>"}, "读不成方程的解"),
        ({"kind": "expression", "value": "2x+"}, "读不成算式"),
    ],
)
def test_a_key_that_cannot_be_read_is_refused_when_it_is_saved(
    office: Person, check: dict[str, str], words: str
) -> None:
    item = {"number": "1", "kind": "fill", "points": "2", "blanks": [{"check": check}]}
    tree = {"title": "t", "subject": "化学", "total": "2", "sections": [{"title": "s", "items": [item]}]}
    answer = office.fetch("/exams/wl-mid/edit", {**tree, "base_revision": 1})
    assert answer.status_code == 400
    told = answer.get_json()["problems"]
    assert any("第 1 题第 1 空" in one["words"] and words in one["words"] for one in told), told


@pytest.fixture(params=list(SCREENS))
def tab(request: Any, browser: Any, address: str) -> Any:  # noqa: F811 -- the fixtures
    tab = Tab(browser, address, SCREENS[request.param])
    yield tab
    tab.context.close()


@pytest.mark.browser
def test_keys_are_edited_as_a_form_and_left_alone_when_nothing_is_changed(tab: Tab, site: Site) -> None:
    before = save_exam(site.tb, EXAM, "science.yaml", "office").exam
    assert before == read_exam(EXAM)
    tab.log_in("office")
    tab.go("/exams/science/edit")
    tab.page.click("#save")
    tab.says("#said", "第 1 版")  # nothing changed: the form gathers what the file says
    tab.page.locator("details.item").first.locator("summary").first.click()
    blank = tab.page.locator('[data-list="blanks"] > [data-entry]').first
    assert blank.locator('[data-field="unbalanced_points"]').is_visible()
    assert not blank.locator('.science [data-field="form"]').is_visible()
    blank.locator('.science [data-field="kind"]').select_option("substance")
    assert not blank.locator('[data-field="unbalanced_points"]').is_visible()
    blank.locator('.science [data-field="value"]').fill("水")
    tab.page.click("#save")
    tab.says("#problems", "读不成化学式")
    blank.locator('.science [data-field="kind"]').select_option("reaction")
    blank.locator('.science [data-field="value"]').fill("CH4+2O2=点燃=CO2+2H2O")
    tab.page.click("#save")
    tab.says("#said", "第 2 版")
    with site.tb.store.read() as uow:
        item = uow.exams.get("science").item("1")
    assert isinstance(item, Fill)
    assert item.blanks[0].check == ReactionCheck(
        value="CH4+2O2=点燃=CO2+2H2O", unbalanced_steps=2, condition_steps=1
    )
    # the refused attempt is answered with 400, which the browser logs
    assert [c for c in tab.complaints if "400" not in c] == []
