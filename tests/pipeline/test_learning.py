"""Proposals follow what people's marks teach; a person's mark and a flagged one never change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadInput, Conflict
from core.exam_files import read_exam
from core.exams import Criterion
from core.geometry import BoxMm
from core.learning import LearningReport
from core.ledger import PageEntry, Stack
from core.marks import Award, Evidence, Mark, MarkSource, MarkState
from core.pages import (
    PageReading,
    PageState,
    Registration,
    RegistrationMethod,
    ScanPage,
    TextLine,
    TextReading,
)
from core.scoring import Question, Response, Rubric
from core.settings import Settings
from core.store.base import utc_now
from marking import rubric_digest
from pipeline import teaching
from pipeline.analyses import analyse
from pipeline.continued_pages import later_pages
from pipeline.learning import (
    MILESTONES,
    adopt_learning,
    ask_learning,
    is_milestone,
    learning_desk,
    owe_learning,
    set_learning_policy,
)
from pipeline.proposals import placed_awards
from pipeline.review import flag, give_mark
from pipeline.toolbox import Toolbox, open_toolbox

EXAM_ID = "ice"
_EXAM = """\
id: ice
title: 物理小测
subject: 物理
total: 5
sections:
  - title: 解答题
    kind: short_answer
    items:
      - number: 1
        criteria:
          - {id: a, points: 2, statement: 水结冰体积膨胀}
          - {id: b, points: 1, statement: 水管被胀破}
  - title: 作文
    items:
      - {number: 2, kind: essay, points: 2, characters: 100}
"""
#: (answer, steps of a, steps of b) as this teacher gives them: 胀大 earns a, which no wording says.
_KINDS = (
    ("水变成冰以后胀大了，天气冷", 2, 0),
    ("天气冷，水管老了", 0, 0),
    ("水变成冰胀大了，管子就裂开", 2, 1),
    ("天气冷，管子就裂开", 0, 1),
)


@dataclass(frozen=True)
class School:
    """Pages p0, p1 … answer item 1, page n as ``_KINDS[n % 4]``; the machine proposed nothing for all."""

    tb: Toolbox

    @property
    def marks(self) -> dict[str, Mark]:
        with self.tb.store.read() as uow:
            return {page: mark for (page, _), mark in uow.marks.of_exam(EXAM_ID, items=["1"]).items()}

    def give(self, pages: range) -> None:
        """The teacher marks these pages."""
        for n in pages:
            _text, first, second = _KINDS[n % 4]
            give_mark(self.tb, f"p{n}", "1", {"a": first, "b": second}, "ping1")

    def learn(self, **more: Any) -> None:
        """As a worker does."""
        analyse(self.tb, EXAM_ID, {"what": "learning", "item": "1", **more}, lambda done, total: None)

    def report(self) -> LearningReport:
        report = learning_desk(self.tb, EXAM_ID, "1").report
        assert report is not None
        return report

    def owed(self) -> list[dict[str, Any]]:
        with self.tb.store.read() as uow:
            return [job.args for job in uow.jobs.open(EXAM_ID)]


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    monkeypatch.setattr(teaching, "text_encoder", lambda language: None)  # words alone: quick, and no weights
    tb = open_toolbox(Settings(home=tmp_path / "home"))
    with tb.store.write() as uow:
        exam = uow.exams.add(read_exam(_EXAM, "ice.yaml"), "office")
        stack = Stack(id="s", exam_id=EXAM_ID, name="s.pdf", blob="0" * 64, by="office", at=utc_now())
        uow.pages.add_stack(stack)
        for n in range(40):
            uow.pages.add(_page(n), PageState.PLACED)
            uow.pages.add_reading(EXAM_ID, _reading(n))
            uow.marks.add(_proposal(n, rubric_digest(exam.item("1"))))
    yield School(tb)
    tb.store.close()


def _seeded(school: School, page: str) -> None:
    with school.tb.store.write() as uow:
        now = uow.marks.current(page, "1")
        assert now is not None
        uow.marks.add(now.model_copy(update={"seed": True}))


def _page(n: int) -> ScanPage:
    return ScanPage(
        id=f"p{n}",
        exam_id=EXAM_ID,
        stack_id="s",
        source_name="s.pdf",
        source_index=n,
        blob="0" * 64,
        media_type="image/png",
        width_px=10,
        height_px=10,
    )


def _reading(n: int) -> PageReading:
    box = BoxMm(x_mm=10, y_mm=10, width_mm=100, height_mm=8)
    line = TextLine(text=_KINDS[n % 4][0], box=box, probability=0.9)
    flat = Registration(
        image_from_card=tuple(np.eye(3).ravel().tolist()), residual_mm=0, method=RegistrationMethod.FIDUCIALS
    )
    texts = (TextReading(item="1", part=0, blank=False, lines=(line,), engine="test"),)
    return PageReading(page_id=f"p{n}", card_id="c", card_page=1, code=None, registration=flat, texts=texts)


def _proposal(n: int, rubric: str) -> Mark:
    awards = tuple(
        Award(criterion=name, steps=0, full_steps=full, reason="没有提到", confidence=0.6)
        for name, full in (("a", 2), ("b", 1))
    )
    return Mark(
        exam_id=EXAM_ID,
        page_id=f"p{n}",
        item="1",
        revision=1,
        steps=0,
        awards=awards,
        source=MarkSource.MACHINE,
        state=MarkState.PROPOSED,
        by="machine",
        model="criteria-spotted-3",
        rubric=rubric,
        confidence=0.36,
        at=utc_now(),
    )


def test_proposals_that_wait_follow_what_the_teacher_gave(school: School) -> None:
    school.give(range(16))
    school.learn()
    for n in range(16, 40):
        mark = school.marks[f"p{n}"]
        assert (mark.awards[0].steps, mark.awards[1].steps) == _KINDS[n % 4][1:]
        assert (mark.source, mark.state) == (MarkSource.MACHINE, MarkState.PROPOSED)
        assert re.fullmatch(r"item-head-1 k=16 [0-9a-f]{8} on criteria-spotted-3", mark.model)
        assert "按老师评过的16份" in mark.reason
        assert mark.revision == 2


def test_a_mark_that_a_person_gave_is_never_touched(school: School) -> None:
    school.give(range(12))
    give_mark(school.tb, "p12", "1", {"a": 0, "b": 0}, "ping2")  # unlike all the others, and it stays
    before = {page: mark for page, mark in school.marks.items() if mark.source is MarkSource.PERSON}
    school.learn()
    school.learn(apply=True, by="kaowu")
    after = school.marks
    assert len(before) == 13
    assert {page: after[page] for page in before} == before


def test_a_flagged_response_keeps_its_mark(school: School) -> None:
    flag(school.tb, "p30", "1", "图像不清", "ping1")
    before = school.marks["p30"]
    school.give(range(16))
    school.learn()
    assert school.marks["p30"] == before


def test_what_is_on_somebodys_screen_stays_as_it_is_shown(school: School) -> None:
    school.give(range(16))
    with school.tb.store.write() as uow:
        uow.marks.lock("p18", "1", "ping2", 300)
    school.learn()
    assert school.marks["p18"].revision == 1
    assert school.marks["p22"].revision == 2


def test_with_fewer_than_five_marks_nothing_is_kept_or_changed(school: School) -> None:
    school.give(range(4))
    school.learn()
    assert learning_desk(school.tb, EXAM_ID, "1").report is None
    assert school.marks["p20"].revision == 1


def test_the_report_tells_k_agreement_and_what_changed(school: School) -> None:
    school.give(range(16))
    school.learn()
    report = school.report()
    assert (report.k, report.waiting, report.applied) == (16, 24, True)
    assert report.changed == 18
    assert {after: count for _before, after, count in report.moves} == {2: 6, 3: 6, 1: 6}
    point = report.curve[-1]
    assert point.same >= 0.8
    assert point.same_before == 0.25
    assert report.examples[0].text in {text for text, _a, _b in _KINDS}


def test_learning_again_keeps_the_curve_and_writes_no_mark_that_says_nothing_new(school: School) -> None:
    school.give(range(8))
    school.learn()
    school.give(range(8, 16))
    school.learn()
    revisions = {page: mark.revision for page, mark in school.marks.items()}
    school.learn()
    assert {page: mark.revision for page, mark in school.marks.items()} == revisions
    assert [point.k for point in school.report().curve] == [8, 16]
    assert school.report().changed == 0


def test_a_changed_proposal_stands_in_the_audit_log(school: School) -> None:
    school.give(range(16))
    school.learn()
    with school.tb.store.read() as uow:
        lines = [line for line in uow.audit.lines(EXAM_ID) if line.action == "mark.again"]
    assert len(lines) == 18
    assert {(line.by, line.why) for line in lines} == {("machine", "learning")}


def test_where_the_office_looks_first_nothing_changes_until_it_adopts(school: School) -> None:
    set_learning_policy(school.tb, EXAM_ID, True, "kaowu")
    school.give(range(16))
    school.learn()
    assert school.marks["p16"].revision == 1
    assert learning_desk(school.tb, EXAM_ID, "1").adoptable
    adopt_learning(school.tb, EXAM_ID, "1", "kaowu")
    args = next(args for args in school.owed() if args.get("apply"))
    analyse(school.tb, EXAM_ID, args, lambda done, total: None)
    assert school.marks["p16"].steps == 2
    assert (school.report().applied, school.report().by) == (True, "kaowu")
    with school.tb.store.read() as uow:
        actions = [(line.by, line.action) for line in uow.audit.lines(EXAM_ID)]
    assert ("kaowu", "learning.policy") in actions
    assert ("kaowu", "learning.adopt") in actions
    with pytest.raises(Conflict, match="没有待采用的改动"):
        adopt_learning(school.tb, EXAM_ID, "1", "kaowu")


def test_learning_is_owed_at_milestones_alone(school: School) -> None:
    owed = []
    for n in range(11):
        school.give(range(n, n + 1))
        with school.tb.store.write() as uow:
            item = uow.exams.get(EXAM_ID).item("1")
            owed.append(owe_learning(uow, EXAM_ID, item) is not None)
    assert [n for n, yes in enumerate(owed, start=1) if yes] == [5, 10]
    assert {"what": "learning", "item": "1"} in school.owed()


def test_milestones_double_beyond_a_hundred() -> None:
    assert [n for n in range(1, 1000) if is_milestone(n)] == [*MILESTONES, 200, 400, 800]


def test_an_essay_owes_no_learning(school: School) -> None:
    with school.tb.store.write() as uow:
        assert owe_learning(uow, EXAM_ID, uow.exams.get(EXAM_ID).item("2")) is None


@pytest.mark.parametrize(("item", "part"), [("2", "不是简答题"), ("1", "只评了 3 份")])
def test_what_cannot_be_learned_is_refused(school: School, item: str, part: str) -> None:
    school.give(range(3))
    with pytest.raises(BadInput, match=part):
        ask_learning(school.tb, EXAM_ID, item)


def test_more_marks_make_another_model_so_that_no_licence_of_the_first_holds(school: School) -> None:
    school.give(range(8))
    school.learn()
    before = school.marks["p30"].model
    school.give(range(8, 16))
    school.learn()
    after = school.marks["p30"].model
    assert before != after
    assert (before[:15], after[:16]) == ("item-head-1 k=8", "item-head-1 k=16")


def test_what_is_learned_again_builds_on_the_first_proposals_and_not_on_what_was_learned(
    school: School,
) -> None:
    school.give(range(8))
    school.learn()
    school.give(range(8, 16))
    school.learn()
    assert school.marks["p30"].model.count("item-head") == 1


def test_no_example_tells_of_a_response_that_is_to_be_marked_unseen(school: School) -> None:
    for n in range(16, 38):
        _seeded(school, f"p{n}")
    school.give(range(16))
    school.learn()
    pages = {one.page_id for one in school.report().examples}
    assert pages == {"p38", "p39"}
    _seeded(school, "p38")  # drawn after it was shown
    assert {one.page_id for one in school.report().examples} == {"p39"}


def _at(x_mm: float, part: int = 0, text: str = "水变成冰胀大了") -> TextReading:
    box = BoxMm(x_mm=x_mm, y_mm=10, width_mm=70, height_mm=8)
    lines = (TextLine(text=text, box=box, probability=0.9),)
    return TextReading(item="1", part=part, blank=False, lines=lines, engine="test")


_ONE = Rubric(full_steps=1, criteria=(Criterion(id="a", steps=1, statement="膨胀"),))


def _said(page: str, reading: TextReading) -> Mark:
    found = Evidence(text="胀大", start=4, end=6, box=reading.lines[0].box, card_page=1)
    award = Award(criterion="a", steps=1, full_steps=1, evidence=(found,))
    return _proposal(0, "r").model_copy(update={"page_id": page, "awards": (award,)})


def test_answers_that_say_the_same_keep_evidence_in_their_own_places() -> None:
    first, second, third = _at(10), _at(90), _at(150)
    marks = [_said("p1", first), _said("p2", second)]
    base = teaching.Replayed(marks, {"p1": (first,), "p2": (second,)}, _ONE, Question())
    assert base.name == "criteria-spotted-3"
    responses = [Response.of((one,)) for one in (first, second, third)]
    boxes = [awards[0].evidence[0].box for awards in base.score_all(Question(), _ONE, responses)]
    assert [box.x_mm for box in boxes if box] == [10, 90, pytest.approx(150 + 4 * 70 / 7)]


def test_evidence_on_a_later_page_says_that_page() -> None:
    award = Award(
        criterion="a",
        steps=1,
        full_steps=1,
        evidence=tuple(Evidence(text="冰", part=part) for part in (0, 1, 7)),
    )
    placed = placed_awards((award,), {0: 1, 1: 2}, 1)
    assert [one.card_page for one in placed[0].evidence] == [1, 2, 1]


def _entry(page: str, card_page: int, candidate: str = "", sheet: str = "", card: str = "c") -> PageEntry:
    scan = _page(0).model_copy(update={"id": page})
    return PageEntry(
        page=scan,
        state=PageState.PLACED,
        card_id=card,
        card_page=card_page,
        candidate_id=candidate,
        sheet=sheet,
    )


def test_later_pages_are_those_of_the_same_candidate_or_sheet_in_order() -> None:
    entries = (
        _entry("c", 3, candidate="x"),
        _entry("a", 1, candidate="x", sheet="s"),
        _entry("b", 2, sheet="s"),
        _entry("other", 2, candidate="y"),
        _entry("card", 2, candidate="x", card="d"),
        _entry("alone", 2),
    )
    assert later_pages(entries) == {
        "c": (),
        "a": ("b", "c"),
        "b": (),
        "other": (),
        "card": (),
        "alone": (),
    }
