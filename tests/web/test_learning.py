"""The page of what the machine learned of an item: who sees it, what it says, what can be done."""

from __future__ import annotations

from core.learning import LearningChange, LearningPoint, LearningReport
from core.store.base import utc_now
from marking import rubric_digest
from pipeline.learning import KIND
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID
from web.views.learning import curve_svg

BASE = f"/exams/{EXAM_ID}/items/6/learning"


def keep(site: Site, *, applied: bool) -> None:
    """A report as a worker keeps it."""
    with site.tb.store.write() as uow:
        report = LearningReport(
            rubric=rubric_digest(uow.exams.get(EXAM_ID).item("6")),
            at=utc_now(),
            curve=(
                LearningPoint(k=5, kappa=0.4, same=0.6, same_before=0.4),
                LearningPoint(k=10, kappa=0.7, same=0.8, same_before=0.5),
            ),
            waiting=30,
            moves=((0, 2, 7), (None, 4, 1)),
            examples=(
                LearningChange(
                    page_id="c1p1", text="<b>胀大</b>", before=0, after=2, reason="与老师判过的第3份相近"
                ),
            ),
            applied=applied,
        )
        uow.analyses.add(EXAM_ID, KIND, "6", report.model_dump_json())


def jobs(site: Site) -> list[dict[str, object]]:
    with site.tb.store.read() as uow:
        return [job.args for job in uow.jobs.open(EXAM_ID) if job.args.get("what") == KIND]


def test_before_anything_is_learned_the_page_says_when_it_begins(site: Site, marker: Person) -> None:
    page = marker.get(BASE).text
    assert "老师评满 5 份以后会自动开始" in page
    assert "现在再学一次" not in page


def test_the_page_shows_the_curve_and_the_changes_in_points(site: Site, marker: Person) -> None:
    keep(site, applied=True)
    page = marker.get(BASE).text
    assert "10 份里有 80% 与老师给的分相同" in page
    assert "改了 8 份的建议分" in page
    assert "<svg" in page
    assert "&lt;b&gt;胀大" in page
    assert "采用</button>" not in page


def test_changes_that_wait_are_adopted_by_the_office_alone(
    site: Site, marker: Person, office: Person
) -> None:
    keep(site, applied=False)
    assert "采用</button>" not in marker.get(BASE).text
    assert marker.post(f"{BASE}/adopt").status_code == 403
    assert "采用</button>" in office.get(BASE).text
    assert office.post(f"{BASE}/adopt").status_code == 302
    assert jobs(site) == [{"what": KIND, "item": "6", "apply": True, "by": "office"}]
    state = office.fetch(f"{BASE}/state.json").get_json()
    assert state == {"busy": True, "done": 0, "total": 0}


def test_the_office_chooses_to_look_first(site: Site, marker: Person, office: Person) -> None:
    assert marker.post(f"{BASE}/policy", {"ask_first": "yes"}).status_code == 403
    assert office.post(f"{BASE}/policy", {"ask_first": "yes"}).status_code == 302
    assert "学完先给考务看过" in office.get(BASE).text


def test_learning_with_too_few_marks_is_refused_in_words(site: Site, marker: Person) -> None:
    answer = marker.post(f"{BASE}/start")
    assert answer.status_code == 400
    assert "还不能学习" in answer.text
    assert jobs(site) == []


def test_students_and_teachers_do_not_see_it(site: Site) -> None:
    for login in ("teacher",):
        assert site.person(login).get(BASE).status_code == 403


def test_an_item_with_a_key_has_no_such_page(site: Site, marker: Person) -> None:
    assert marker.get(BASE.replace("/6/", "/1/")).status_code == 400


def test_the_curve_names_every_point(site: Site) -> None:
    with site.app.test_request_context():
        svg = curve_svg((LearningPoint(k=5, kappa=None, same=0.6, same_before=None),))
    assert ">60%</text>" in svg
    assert ">5</text>" in svg
