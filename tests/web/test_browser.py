"""The pages in a real browser: keyboard, language, no errors, no violation of the policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from pipeline.review import give_mark
from tests.conftest import require_or_skip
from tests.web.conftest import Site
from tests.web.school import EXAM_ID, PASSWORD, publish
from tests.web.test_retakes import take_again

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCREENS = {"laptop": (1366, 768), "tablet": (1024, 768)}
BASE = f"/exams/{EXAM_ID}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        require_or_skip("browser", f"{CHROMIUM} is absent: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  # optional on machines without Chromium
    except ImportError:
        require_or_skip("browser", "playwright is absent: pip install playwright")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    """The site served on a free port."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


class Tab:
    """A page of the browser that remembers everything the console complained about."""

    def __init__(self, browser: Any, address: str, size: tuple[int, int]) -> None:
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
        self.page = self.context.new_page()
        self.address = address
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _watch(self, request: Any) -> None:
        if not request.url.startswith((self.address, "blob:", "data:")):
            self.complaints.append(f"asked {request.url}")

    def go(self, path: str) -> Any:
        return self.page.goto(self.address + path)

    def log_in(self, login: str) -> None:
        self.go("/login")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def says(self, selector: str, words: str) -> None:
        self.page.wait_for_function(
            "([s, w]) => document.querySelector(s)?.textContent.includes(w)",
            arg=[selector, words],
            timeout=20_000,
        )

    def keys(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)


@pytest.fixture(params=list(SCREENS))
def tab(request: Any, browser: Any, address: str) -> Iterator[Tab]:
    tab = Tab(browser, address, SCREENS[request.param])
    yield tab
    tab.context.close()


def _saved(tab: Tab) -> None:
    tab.page.wait_for_selector('#desk[data-saving="0"]')


def _steps(site: Site, page: str, item: str) -> tuple[Any, str, str]:
    with site.tb.store.read() as uow:
        mark = uow.marks.current(page, item)
    assert mark is not None
    return mark.steps, mark.by, mark.flag


def test_three_answers_are_marked_on_the_keyboard_one_taken_back_one_flagged(tab: Tab, site: Site) -> None:
    tab.log_in("marker")
    tab.go(f"{BASE}/marking/desk?item=6")
    tab.says("#left", "还剩 5 份")
    tab.keys("2", "1", "0")
    tab.says("#total", "3")
    tab.keys("Enter")
    tab.says("#said", "已给 3 分")
    tab.says("#left", "还剩 4 份")
    tab.keys("f", "Enter")
    tab.says("#done", "2")
    tab.keys("Enter")  # nothing typed: refused
    tab.says("#trouble", "0 分也要按 0")
    tab.keys("3")  # more than full
    tab.says("#trouble", "最多 2 分")
    tab.keys("0", "0", "0", "Enter")
    tab.says("#said", "已给 0 分")
    tab.keys("u")
    tab.says("#said", "已撤销")
    tab.says("#left", "还剩 3 份")
    tab.keys("x", "1")
    tab.says("#said", "已标为异常")
    tab.says("#left", "还剩 2 份")
    _saved(tab)
    assert _steps(site, "c1p1", "6") == (3, "marker", "")
    assert _steps(site, "c2p1", "6") == (6, "marker", "")
    assert _steps(site, "c3p1", "6")[1:] == ("marker", "图像不清")
    assert tab.complaints == []


def test_one_can_go_back_and_mark_again(tab: Tab, site: Site) -> None:
    tab.log_in("marker")
    tab.go(f"{BASE}/marking/desk?item=6")
    tab.says("#left", "还剩 5 份")
    tab.keys("2", "2", "2", "Enter")
    tab.says("#said", "已给 6 分")
    tab.keys("ArrowLeft")
    tab.page.wait_for_selector("#again:not([hidden])")
    assert tab.page.text_content("#said") == ""  # it spoke of what was marked before
    tab.says("#total", "6")
    tab.keys("1", "1", "1", "Enter")
    tab.says("#said", "已给 3 分")
    tab.page.wait_for_selector("#again", state="hidden")
    assert _steps(site, "c1p1", "6") == (3, "marker", "")
    tab.says("#left", "还剩 4 份")
    assert tab.complaints == []


def test_a_changed_mark_may_say_why_and_a_first_one_is_not_asked(tab: Tab, site: Site) -> None:
    tab.log_in("marker")
    tab.go(f"{BASE}/marking/desk?item=6")
    tab.says("#left", "还剩 5 份")
    assert not tab.page.is_visible("#why")
    tab.keys("2", "2", "2", "Enter", "2", "2", "2", "Enter")
    tab.says("#left", "还剩 3 份")
    tab.keys("ArrowLeft", "ArrowLeft")
    tab.page.wait_for_selector('#crop[src*="c1p1"]')
    tab.page.wait_for_selector("#why", state="visible")
    tab.keys("1", "1", "1")
    tab.page.fill("#why", "单位没写 1")
    tab.page.press("#why", "Enter")
    tab.says("#said", "已给 3 分")
    tab.keys("ArrowLeft")  # the one just changed, as it is now
    tab.says("#total", "3")
    tab.keys("2", "1", "1", "Enter")
    tab.says("#said", "已给 4 分")
    _saved(tab)
    assert _steps(site, "c1p1", "6") == (4, "marker", "")
    with site.tb.store.read() as uow:
        assert [line.why for line in uow.audit.lines(EXAM_ID, "c1p1:6")] == ["", "单位没写 1", ""]
    assert tab.complaints == []


def test_a_mark_that_changed_meanwhile_is_shown_again_as_it_is(tab: Tab, site: Site) -> None:
    tab.log_in("marker")
    tab.go(f"{BASE}/marking/desk?item=6")
    tab.says("#left", "还剩 5 份")
    give_mark(site.tb, "c1p1", "6", {"1": 1, "2": 0, "3": 0}, "marker")  # in another window
    tab.keys("2", "2", "2", "Enter")
    tab.says("#said", "又变了")
    tab.says("#total", "1")
    assert _steps(site, "c1p1", "6") == (1, "marker", "")
    tab.keys("2", "2", "2", "Enter")
    tab.says("#said", "已给 6 分")
    assert _steps(site, "c1p1", "6") == (6, "marker", "")
    assert [c for c in tab.complaints if "409" not in c] == []


def test_a_slow_marker_keeps_the_responses_and_hears_of_lost_ones(tab: Tab, site: Site) -> None:
    tab.log_in("marker")
    tab.page.clock.install()
    tab.go(f"{BASE}/marking/desk?item=6")
    tab.says("#left", "还剩 5 份")
    with tab.page.expect_response("**/marking/keep") as beat:
        tab.page.clock.fast_forward(61_000)
    assert beat.value.json() == {"lost": []}
    with site.tb.store.write() as uow:
        uow.marks.lock("c1p1", "6", "marker2", 300)
    with tab.page.expect_response("**/marking/keep") as beat:
        tab.page.clock.fast_forward(61_000)
    assert beat.value.json() == {"lost": ["c1p1~6"]}
    tab.says("#said", "已由他人接手")
    tab.keys("2", "2", "2", "Enter")
    tab.says("#said", "已给 6 分")
    _saved(tab)
    assert _steps(site, "c2p1", "6") == (6, "marker", "")
    assert _steps(site, "c1p1", "6")[1] == "machine"
    assert tab.complaints == []


def test_a_choice_is_settled_by_its_letter(tab: Tab, site: Site) -> None:
    tab.log_in("marker")
    tab.go(f"{BASE}/marking/desk?item=1")
    tab.says("#left", "还剩 5 份")
    tab.keys("Enter")
    tab.says("#trouble", "选项字母")
    assert not tab.page.is_visible("#accept")  # A is an option here
    tab.keys("b", "Enter")
    tab.says("#said", "定为 B，已给 3 分")
    tab.says("#left", "还剩 4 份")
    tab.keys("0", "Enter")
    tab.says("#said", "定为 未涂，已给 0 分")
    tab.says("#left", "还剩 3 份")
    _saved(tab)
    assert _steps(site, "c1p1", "1")[0] == 3
    assert _steps(site, "c2p1", "1")[0] == 0
    assert tab.complaints == []


def test_a_refused_digit_leaves_no_score_to_submit(tab: Tab, site: Site) -> None:
    tab.log_in("marker")
    tab.go(f"{BASE}/marking/desk?item=7")
    tab.says("#left", "还剩 5 份")
    for typed in (("2", "5"), ("2", ".")):
        tab.keys(*typed)
        tab.says("#trouble", "请重新输入")
        tab.says("#total", "–")
        tab.keys("Enter")
        tab.says("#trouble", "0 分也要按 0")
    tab.page.click('.pad-keys button:text-is("9")')
    tab.page.click('.pad-keys button:text-is("9")')
    tab.says("#trouble", "最多 20 分")
    assert _steps(site, "c1p2", "7")[1] == "machine"
    tab.keys("1", "5", "Enter")
    tab.says("#said", "已给 15 分")
    _saved(tab)
    assert _steps(site, "c1p2", "7") == (15, "marker", "")
    assert tab.complaints == []


def test_the_last_answer_leads_back_to_the_items(tab: Tab, site: Site) -> None:
    tab.log_in("marker")
    tab.go(f"{BASE}/marking/desk?item=5")
    for left in (4, 3, 2, 1, 0):
        tab.page.wait_for_selector("#board:not([hidden])")
        tab.keys("2", "1", "Enter")
        tab.says("#left", f"还剩 {left} 份")
    tab.page.wait_for_selector("#empty:not([hidden])")
    _saved(tab)
    assert [_steps(site, f"c{n}p1", "5")[0] for n in range(1, 6)] == [3] * 5
    assert tab.complaints == []


def test_a_sheet_gets_its_candidate_on_the_keyboard(tab: Tab, site: Site) -> None:
    tab.log_in("office")
    tab.go(f"{BASE}/identity")
    tab.page.wait_for_selector("#board:not([hidden])")
    tab.keys("2", "Enter")
    tab.page.wait_for_selector("#empty:not([hidden])")
    tab.page.wait_for_load_state("networkidle")
    with site.tb.store.read() as uow:
        assert uow.pages.entry("held1").candidate_id == "c6"
    assert tab.complaints == []


def test_the_exam_is_edited_as_a_form(tab: Tab, site: Site) -> None:
    tab.log_in("office")
    tab.go(f"{BASE}/edit")
    tab.says("#total", "43 分")
    tab.page.click("#save")
    tab.says("#said", "第 1 版")  # nothing changed: nothing is added
    first = tab.page.locator("details.item").first
    first.locator("summary").click()
    first.locator('[data-field="key"]').fill("E")
    tab.page.click("#save")
    tab.says("#problems", "不在选项")
    first.locator('[data-field="key"]').fill("C")
    tab.page.click("#save")
    tab.says("#said", "第 2 版")
    tab.says("#revision", "第 2 版")
    tab.says("#said", "正在重新评分：第 1 题")
    with site.tb.store.read() as uow:
        exam = uow.exams.get(EXAM_ID)
        assert exam.item("1").key == ("C",)  # type: ignore[union-attr]  # a single choice
        assert exam.model_copy(update={"revision": 1}).item("6") == uow.exams.get(EXAM_ID, 1).item("6")
    # the refused attempt is answered with 400, which the browser logs
    assert [c for c in tab.complaints if "400" not in c] == []


def test_no_page_complains_in_either_language(tab: Tab, site: Site) -> None:
    publish(site.tb)
    tab.log_in("office")
    paths = ["/exams", "/exams/new", "/people", "/marking"]
    paths += [
        BASE + p
        for p in (
            "",
            "/edit",
            "/yaml",
            "/roster",
            "/card",
            "/scans",
            "/ledger",
            "/identity",
            "/optional",
            "/marking",
            "/marking/desk",
            "/results",
            "/results/c1",
            "/lesson",
            "/release",
            "/audit",
            "/moved/1",
            "/history/c1p1/6",
        )
    ]
    for language in ("zh", "en"):
        for path in paths:
            assert tab.go(path).status == 200, path
            wide = tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, (path, wide)
        if language == "zh":
            tab.page.click("[name=language]")
            assert tab.page.locator("html").get_attribute("lang") == "en"
    assert tab.complaints == []


def test_no_slide_of_the_lesson_needs_scrolling(tab: Tab, site: Site) -> None:
    publish(site.tb)
    tab.log_in("office")
    tab.go(BASE + "/lesson")
    slides = tab.page.locator(".slide").count()
    assert slides > 3
    for number in range(1, slides + 1):
        assert tab.page.inner_text("#place").startswith(f"{number} /")
        tab.page.keyboard.press(" ")
        tab.page.wait_for_load_state("networkidle")
        slide = tab.page.locator(".slide:not([hidden])")
        over = slide.evaluate("s => [s.scrollHeight - s.clientHeight, s.scrollWidth - s.clientWidth]")
        assert max(over) <= 1, slide.get_attribute("aria-label")
        tab.page.keyboard.press("ArrowRight")
    assert tab.complaints == []


def test_one_of_two_pictures_is_chosen_with_one_click(tab: Tab, site: Site) -> None:
    take_again(site)
    tab.log_in("office")
    tab.go(f"{BASE}/identity")
    tab.page.wait_for_selector("#twins:not([hidden])")
    assert tab.page.is_disabled("#confirm")  # Enter alone settles nothing here
    tab.page.locator("#twin-pictures button").nth(1).click()
    tab.page.wait_for_selector("#empty:not([hidden])")
    tab.page.wait_for_load_state("networkidle")
    with site.tb.store.read() as uow:
        assert uow.pages.entry("held1").candidate_id == "c1"
        assert uow.pages.entry("c1p1").duplicate_of == "held1"
    assert tab.complaints == []
