"""A response that a person is to mark without the machine's word shows it on no page until it is marked."""

from __future__ import annotations

from core.learning import LearningChange, LearningPoint, LearningReport
from core.marks import Mark
from core.store.base import utc_now
from marking import rubric_digest
from pipeline.learning import KIND
from pipeline.patches import patch_desk
from pipeline.review import give_mark
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID
from workers.inline import run_owed

BASE = f"/exams/{EXAM_ID}"
SAID = "只有机器这样说"


def draw(site: Site, page: str = "c1p1") -> Mark:
    """The response to item 6 becomes a seed; what the machine says of it is ``SAID``."""
    with site.tb.store.write() as uow:
        mark = uow.marks.current(page, "6")
        assert mark is not None
        awards = tuple(award.model_copy(update={"reason": SAID}) for award in mark.awards)
        changed = {"seed": True, "reason": SAID, "awards": awards, "model": "model-of-the-machine"}
        uow.audit.write("machine", "mark.again", EXAM_ID, f"{page}:6", before="1", after="4", why="learning")
        return uow.marks.add(mark.model_copy(update=changed))


def mark_it(site: Site) -> None:
    give_mark(site.tb, "c1p1", "6", {"1": 2, "2": 0, "3": 2}, "marker")


def test_its_history_shows_no_machine_mark_until_somebody_has_marked_it(site: Site, office: Person) -> None:
    draw(site)
    page = office.get(f"{BASE}/history/c1p1/6").text
    assert SAID not in page and "model-of-the-machine" not in page
    assert "1 分 → 4 分" not in page
    assert "抽检样本" in page
    mark_it(site)
    page = office.get(f"{BASE}/history/c1p1/6").text
    assert SAID in page and "model-of-the-machine" in page
    assert "1 分 → 4 分" in page


def test_the_log_says_that_it_was_proposed_anew_and_not_what(site: Site, office: Person) -> None:
    draw(site)
    subject = f"{BASE}/audit?subject=c1p1:6"
    page = office.get(subject).text
    assert "重新评分" in page and "4 分" not in page
    mark_it(site)
    assert "4 分" in office.get(subject).text


def test_the_learning_page_gives_no_example_of_it(site: Site, marker: Person) -> None:
    with site.tb.store.write() as uow:
        examples = tuple(
            LearningChange(page_id=page, text=f"作答{page}", before=0, after=2, reason="")
            for page in ("c1p1", "c2p1")
        )
        report = LearningReport(
            rubric=rubric_digest(uow.exams.get(EXAM_ID).item("6")),
            at=utc_now(),
            curve=(LearningPoint(k=5, kappa=None, same=1, same_before=None),),
            waiting=9,
            moves=((0, 2, 2),),
            examples=examples,
        )
        uow.analyses.add(EXAM_ID, KIND, "6", report.model_dump_json())
    draw(site)
    page = marker.get(f"{BASE}/items/6/learning").text
    assert "作答c1p1" not in page and "作答c2p1" in page


def test_the_preview_of_a_standard_leaves_it_out_of_the_sample(site: Site, office: Person) -> None:
    url = f"{BASE}/items/6/standard"
    text = "number: '6'\nkind: short_answer\npoints: 6\ncriteria:\n- {points: 6, statement: 从未写过的话}\n"
    office.post(url, {"base_revision": "1", "text": text})
    run_owed(site.tb)
    preview = patch_desk(site.tb, EXAM_ID, "6").preview
    assert preview is not None and preview.sample
    page = preview.sample[0].page_id
    link = f"{BASE}/history/{page}/6"
    assert link in office.get(url).text
    draw(site, page)
    assert link not in office.get(url).text


def test_its_candidates_page_shows_it_as_not_marked_yet(site: Site, office: Person) -> None:
    draw(site)
    assert SAID not in office.get(f"{BASE}/results/c1").text
    mark_it(site)
    assert office.get(f"{BASE}/results/c1").status_code == 200
