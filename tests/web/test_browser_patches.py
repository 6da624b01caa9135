"""Changing a standard in a real browser, on the keyboard, from a new wording to marks that moved."""

from __future__ import annotations

import pytest

from core.marks import MarkSource
from core.patches import Fate
from pipeline.patches import patch_desk
from pipeline.review import give_mark
from tests.web.conftest import Site
from tests.web.school import EXAM_ID
from tests.web.test_browser import BASE, Tab, address, browser, tab  # noqa: F401  (fixtures)
from workers.inline import run_owed

pytestmark = pytest.mark.browser


def test_a_wording_is_added_looked_at_adopted_and_only_what_it_touches_changes(tab: Tab, site: Site) -> None:  # noqa: F811
    for page, third in (("c1p1", 2), ("c2p1", 0), ("c3p1", 2)):
        give_mark(site.tb, page, "6", {"1": 2, "2": 2, "3": third}, "marker")
    with site.tb.store.read() as uow:
        before = uow.marks.of_exam(EXAM_ID)
    tab.log_in("office")
    tab.go(f"{BASE}/items/6/standard")
    field = tab.page.locator("[name='criteria-2-must_not']")
    field.focus()
    tab.keys("Control+a", "Delete")  # "增大一倍" costs nothing any more …
    tab.page.locator("[name='criteria-2-accepted']").focus()
    tab.keys("End")
    tab.page.keyboard.type("\n增大一倍")  # … but earns the points
    tab.page.get_by_role("button", name="看影响", exact=True).press("Enter")
    tab.page.wait_for_selector("#follow")
    run_owed(site.tb)
    tab.says(".patch-sum", "份受影响")
    tab.says(".patch-changes", "加上可接受的说法“增大一倍”")
    shown = patch_desk(site.tb, EXAM_ID, "6").preview
    assert shown is not None
    assert shown.fates[Fate.RECHECK] == 1
    crops = tab.page.locator(".patch-card .crop")
    assert crops.count() == len(shown.sample)
    crops.first.scroll_into_view_if_needed()
    tab.page.wait_for_function("document.querySelector('.patch-card .crop').naturalWidth > 0")
    tab.page.locator("[name=why]").focus()
    tab.page.keyboard.type("教研组讨论")
    tab.keys("Enter")
    tab.page.wait_for_selector("#follow")
    run_owed(site.tb)
    tab.says("#done-title", "试卷第 2 版")
    with site.tb.store.read() as uow:
        after = uow.marks.of_exam(EXAM_ID)
    touched = {k for k in before if after[k].steps != before[k].steps or after[k].state != before[k].state}
    assert touched == {("c2p1", "6")}
    assert {k for k in before if after[k].rubric != before[k].rubric} <= {k for k in after if k[1] == "6"}
    assert (after["c2p1", "6"].source, after["c2p1", "6"].steps) == (MarkSource.PERSON, 4)
    tab.page.get_by_role("link", name="去复核 1 份").press("Enter")
    tab.says("#left", "还剩")
    assert not tab.complaints
