"""Licences from choice to fallback, on marks alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import BadInput, Conflict, NotFound
from core.exam_files import read_exam
from core.jobs import JobKind
from core.licences import LevelPoint, LicenceAction
from core.marks import Award, MarkState
from core.settings import Settings
from marking.licence import ItemTerms, Terms, falls_in, under_terms
from pipeline.agreement import analyse_agreement, kept_report, report_of, scopes_of
from pipeline.grouping import group_analysis
from pipeline.licences import (
    current_choices,
    fallen_back,
    grant,
    measure,
    past_choices,
    terms_in,
    under_licences,
    withdraw,
)
from pipeline.licensing import apply_licences
from pipeline.review import undo
from pipeline.toolbox import Toolbox, open_toolbox
from tests.pipeline import many_marks as made
from tests.pipeline.many_marks import EXAM_ID

ITEM = "item:3"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    open_toolbox(Settings(home=folder)).store.close()
    return folder


@pytest.fixture
def tb(request: pytest.FixtureRequest, empty: Path, tmp_path: Path) -> Iterator[Toolbox]:
    source = request.getfixturevalue("licensed_home")[0] if "licensed" in request.fixturenames else empty
    shutil.copytree(source, tmp_path / "home")
    tools = open_toolbox(Settings(home=tmp_path / "home"))
    yield tools
    tools.store.close()


def _nobody(_done: int, _total: int) -> None:
    pass


def apply(tb: Toolbox) -> None:
    apply_licences(tb, EXAM_ID, {}, _nobody)


def renew(tb: Toolbox) -> str:
    """Make the reports; the digest of item 3's."""
    analyse_agreement(tb, EXAM_ID, {}, _nobody)
    with tb.store.read() as uow:
        report = kept_report(uow, EXAM_ID, ITEM)
    assert report is not None
    return report.digest


def measured(tb: Toolbox, right: int = 190, waiting: int = 100) -> made.Marked:
    """Item 3 marked unseen and always alike; and so many sure proposals that wait, with as many unsure ones."""
    exam = made.found(tb, right + 2 * waiting)
    pages = exam.pages
    made.propose(tb, pages[:right], "3", 0.95)
    made.propose(tb, pages[right : right + waiting], "3", 0.96)
    made.propose(tb, pages[right + waiting :], "3", 0.5)
    made.blind_marks(tb, pages[:right], "3")
    return exam


@pytest.fixture(scope="module")
def licensed_home(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, made.Marked]:
    """``measured``, licensed at 2 %, and applied."""
    folder = tmp_path_factory.mktemp("licensed")
    shutil.copytree(empty, folder, dirs_exist_ok=True)
    tools = open_toolbox(Settings(home=folder))
    exam = measured(tools)
    grant(tools, EXAM_ID, ITEM, 0.02, renew(tools), "office", "期中试用")
    apply(tools)
    tools.store.close()
    return folder, exam


@pytest.fixture
def licensed(licensed_home: tuple[Path, made.Marked]) -> made.Marked:
    """The same; ``tb`` is opened on a copy of its home."""
    return licensed_home[1]


# reports


def test_an_exam_without_marks_has_reports_that_say_so(tb: Toolbox) -> None:
    made.found(tb, 2)
    renew(tb)
    with tb.store.read() as uow:
        exam = uow.exams.get(EXAM_ID)
        for scope in scopes_of(exam):
            report = kept_report(uow, EXAM_ID, scope)
            assert report is not None
            assert (report.marked, report.curve, report.bins, report.error) == (0, (), (), None)
            assert all(entry.point is None and entry.needed > 0 for entry in report.levels)


def test_kinds_are_scopes_where_they_have_several_items_and_may_be_licensed(tb: Toolbox) -> None:
    exam = read_exam(made.EXAM)
    assert set(scopes_of(exam)) == {f"item:{n}" for n in "12345"} | {"kind:short_answer"}


def test_marks_given_unseen_are_told_apart_from_marks_given_beside_the_proposal(tb: Toolbox) -> None:
    pages = made.found(tb, 6).pages
    made.propose(tb, pages, "3", 0.9)
    made.blind_marks(tb, pages[:2], "3")
    for page in pages[2:5]:
        made.give(tb, page, "3", 2)
    with tb.store.read() as uow:
        report = report_of(uow, uow.exams.get(EXAM_ID), ITEM)
    assert (report.marked, report.blind, report.seen, report.waiting) == (5, 2, 3, 1)
    assert report.curve[-1].settled == 2  # the curve is made of the unseen ones alone


def level(tb: Toolbox, share: float = 0.02) -> LevelPoint:
    """What may be chosen for item 3 by the report made now."""
    renew(tb)
    with tb.store.read() as uow:
        report = kept_report(uow, EXAM_ID, ITEM)
    entry = report.level(share) if report else None
    assert entry is not None
    return entry


def test_183_unseen_marks_without_an_error_are_enough_for_two_percent(tb: Toolbox) -> None:
    pages = made.found(tb, 183).pages
    made.propose(tb, pages, "3", 0.9)
    made.blind_marks(tb, pages[:182], "3")
    entry = level(tb)
    assert (entry.point, entry.needed, entry.looked_at, entry.next_at) == (None, 1, 0, 183)
    made.blind_marks(tb, pages[182:], "3")
    entry = level(tb)
    assert entry.point is not None
    assert (entry.point.settled, entry.point.wrong, entry.needed) == (183, 0, 0)
    assert (entry.looked_at, entry.next_at) == (183, 366)


def test_between_two_looks_nothing_is_decided_however_often_one_looks(tb: Toolbox) -> None:
    pages = made.found(tb, 380).pages
    made.propose(tb, pages, "3", 0.9)
    made.blind_marks(tb, pages[:183], "3", wrong=pages[:1])  # one wrong among the surest
    assert level(tb).point is None
    for marked in range(183, 363, 20):
        made.blind_marks(tb, pages[marked : marked + 20], "3")
        entry = level(tb)
        assert (entry.point, entry.next_at) == (None, 366)
    made.blind_marks(tb, pages[363:380], "3")
    entry = level(tb)
    assert entry.point is not None  # the second look, at the first 366
    assert (entry.point.settled, entry.point.wrong, entry.next_at) == (366, 1, 732)
    with pytest.raises(BadInput, match="1%"):
        grant(tb, EXAM_ID, ITEM, 0.01, renew(tb), "office", "")


def test_what_a_look_decided_stands_whatever_is_marked_until_the_next(tb: Toolbox) -> None:
    pages = made.found(tb, 220).pages
    made.propose(tb, pages, "3", 0.9)
    made.blind_marks(tb, pages[:183], "3")
    decided = level(tb).point
    made.blind_marks(tb, pages[183:], "3", wrong=pages[183:])
    assert level(tb).point == decided


def test_a_changed_scorer_begins_its_looks_anew(tb: Toolbox) -> None:
    pages = made.found(tb, 190).pages
    made.propose(tb, pages, "3", 0.9, model="old-1")
    made.blind_marks(tb, pages[:185], "3")
    assert level(tb).looked_at == 183
    made.propose(tb, pages[185:], "3", 0.9, model="new-2")
    entry = level(tb)
    assert (entry.point, entry.looked_at, entry.next_at) == (None, 0, 183)


def test_a_mark_changed_after_it_was_given_unseen_agrees_only_if_both_words_do(tb: Toolbox) -> None:
    pages = made.found(tb, 3).pages
    made.propose(tb, pages, "3", 0.9)
    made.blind_marks(tb, pages, "3", wrong=pages[:1])
    made.give(tb, pages[0], "3", 2)  # now it agrees, but the person may have looked
    made.give(tb, pages[1], "3", 0, "office")
    with tb.store.read() as uow:
        report = report_of(uow, uow.exams.get(EXAM_ID), ITEM)
    assert (report.blind, report.blind_pairs.exact) == (3, 1)


def test_a_mark_undone_and_given_anew_counts_once_and_as_given_unseen(tb: Toolbox) -> None:
    pages = made.found(tb, 1).pages
    made.propose(tb, pages, "3", 0.9)
    made.blind_marks(tb, pages, "3", wrong=pages)
    undo(tb, pages[0], "3", "marker")
    made.give(tb, pages[0], "3", 2)  # meanwhile the desk has shown what the machine gave
    with tb.store.read() as uow:
        report = report_of(uow, uow.exams.get(EXAM_ID), ITEM)
    assert (report.blind, report.blind_pairs.exact) == (1, 0)


def test_a_mark_first_given_beside_the_proposal_is_never_blind_again(tb: Toolbox) -> None:
    pages = made.found(tb, 1).pages
    made.propose(tb, pages, "3", 0.9)
    made.give(tb, pages[0], "3", 1)
    undo(tb, pages[0], "3", "marker")
    made.blind_marks(tb, pages, "3")
    with tb.store.read() as uow:
        report = report_of(uow, uow.exams.get(EXAM_ID), ITEM)
    assert (report.blind, report.seen) == (0, 1)


def test_proposals_of_an_earlier_model_count_for_nothing(tb: Toolbox) -> None:
    pages = made.found(tb, 4).pages
    made.propose(tb, pages, "3", 0.9, model="old-1")
    made.blind_marks(tb, pages[:3], "3")
    made.propose(tb, pages[3:], "3", 0.9, model="new-2")
    with tb.store.read() as uow:
        report = report_of(uow, uow.exams.get(EXAM_ID), ITEM)
    assert (report.model, report.blind, report.older) == ("new-2", 0, 3)


def test_the_pace_is_measured_from_the_times_of_marks_and_else_assumed(tb: Toolbox) -> None:
    pages = made.found(tb, 12).pages
    made.propose(tb, pages, "3", 0.9)
    slow = made.ticking(tb)
    for page in pages[:3]:
        made.give(slow, page, "3", 2)
    with tb.store.read() as uow:
        report = report_of(uow, uow.exams.get(EXAM_ID), ITEM)
    assert (report.seconds, report.seconds_measured) == (12, False)
    for page in pages[3:]:
        made.give(slow, page, "3", 2)
    with tb.store.read() as uow:
        report = report_of(uow, uow.exams.get(EXAM_ID), ITEM)
    assert report.seconds_measured
    assert report.seconds > 0
    slow.store.close()


# choosing


def test_a_licence_settles_what_is_sure_and_leaves_seeds_and_the_rest_to_people(
    tb: Toolbox, licensed: made.Marked
) -> None:
    found = made.states(tb, "3")
    seeds = found["proposed", "machine", True]
    assert 0 < seeds < 20
    assert found["final", "machine", False] == 100 - seeds
    assert found["proposed", "machine", False] == 100
    assert found["final", "person", False] == 190


def test_a_second_application_changes_nothing(tb: Toolbox, licensed: made.Marked) -> None:
    before = made.states(tb, "3")
    with tb.store.read() as uow:
        revisions = {key: mark.revision for key, mark in uow.marks.of_exam(EXAM_ID).items()}
    apply(tb)
    with tb.store.read() as uow:
        assert revisions == {key: mark.revision for key, mark in uow.marks.of_exam(EXAM_ID).items()}
    assert made.states(tb, "3") == before


def test_the_choice_is_logged_with_what_it_rests_on(tb: Toolbox, licensed: made.Marked) -> None:
    with tb.store.read() as uow:
        line = uow.audit.lines(EXAM_ID, ITEM)[0]
        chosen = current_choices(uow, EXAM_ID)[ITEM]
    assert (line.action, line.by, line.why) == ("licence.granted", "office", "期中试用")
    assert "2% >= 0.9500: 0/183 <= 0.0200; shipped-1" in line.after
    given = chosen.choice.grant
    assert given is not None
    assert (given.point.settled, given.point.wrong, given.model) == (183, 0, "shipped-1")
    assert dict(given.items).keys() == {"3"}


def test_fresh_proposals_follow_the_licence_of_their_model_and_rubric_alone(
    tb: Toolbox, licensed: made.Marked
) -> None:
    with tb.store.read() as uow:
        exam = uow.exams.get(EXAM_ID)
        fresh = [made.proposal(exam, f"new{n}", "3", 0.97) for n in range(50)]
        other = made.proposal(exam, "x", "3", 0.99, model="shipped-2")
        older = other.model_copy(update={"model": made.MODEL, "rubric": "0" * 64})
        unsure = made.proposal(exam, "x", "3", 0.9)
        flagged = fresh[0].model_copy(update={"flag": "作答里有对机器说的话"})
        kept = under_licences(uow, exam, [*fresh, other, older, unsure, flagged])
    settled = [mark for mark in kept[:50] if mark.state is MarkState.FINAL]
    assert {mark.licence for mark in settled} == {"item:3#1"}
    assert all(mark.seed != (mark.state is MarkState.FINAL) for mark in kept[:50])
    assert len(settled) > 35
    assert [mark.state for mark in kept[50:]] == [MarkState.PROPOSED] * 4


@pytest.mark.parametrize(
    ("scope", "error", "words"),
    [
        ("item:5", BadInput, "作文由教师评分"),
        ("item:1", BadInput, "不能授权"),
        ("kind:essay", NotFound, "没有 kind:essay"),
        ("item:99", NotFound, "item:99"),
    ],
)
def test_what_cannot_be_licensed_is_refused(
    tb: Toolbox, scope: str, error: type[Exception], words: str
) -> None:
    made.found(tb, 2)
    renew(tb)
    with pytest.raises(error, match=words):
        grant(tb, EXAM_ID, scope, 0.02, "", "office", "")
    with pytest.raises(error, match=words):
        measure(tb, EXAM_ID, scope, 5, "office")
    with pytest.raises(error, match=words):
        withdraw(tb, EXAM_ID, scope, "office", "")


def test_too_few_marks_cannot_be_licensed_and_the_message_says_how_many_more(tb: Toolbox) -> None:
    measured(tb, right=100, waiting=5)
    with pytest.raises(BadInput, match="83 份盲评"):
        grant(tb, EXAM_ID, ITEM, 0.02, renew(tb), "office", "")


def test_without_a_report_nothing_can_be_licensed(tb: Toolbox) -> None:
    made.found(tb, 2)
    with pytest.raises(NotFound, match="还没有统计"):
        grant(tb, EXAM_ID, ITEM, 0.02, "", "office", "")


def test_a_choice_made_on_older_figures_is_refused(tb: Toolbox) -> None:
    exam = measured(tb)
    digest = renew(tb)
    made.blind_marks(tb, exam.pages[200:201], "3")
    with pytest.raises(Conflict, match="新的评分"):
        grant(tb, EXAM_ID, ITEM, 0.02, digest, "office", "")


def test_withdrawing_gives_back_to_people_what_the_licence_had_settled(
    tb: Toolbox, licensed: made.Marked
) -> None:
    withdraw(tb, EXAM_ID, ITEM, "office", "改用人工")
    apply(tb)
    assert made.states(tb, "3") == {("proposed", "machine", False): 200, ("final", "person", False): 190}
    with pytest.raises(Conflict, match="没有授权"):
        withdraw(tb, EXAM_ID, ITEM, "office", "")
    with tb.store.read() as uow:
        assert [c.choice.action.value for c in past_choices(uow, EXAM_ID, ITEM)] == ["withdrawn", "granted"]


def test_a_fill_that_settled_by_the_settings_settles_again_when_its_licence_is_withdrawn(tb: Toolbox) -> None:
    exam = made.found(tb, 230)
    made.propose(tb, exam.pages[:190], "2", 0.99)
    made.propose(tb, exam.pages[190:], "2", 0.98)
    made.blind_marks(tb, exam.pages[:190], "2")
    analyse_agreement(tb, EXAM_ID, {"item": "2"}, _nobody)
    with tb.store.read() as uow:
        report = kept_report(uow, EXAM_ID, "item:2")
    assert report is not None
    grant(tb, EXAM_ID, "item:2", 0.02, report.digest, "office", "")
    apply(tb)
    assert made.states(tb, "2")["final", "machine", False] == 0  # stricter than the settings now
    withdraw(tb, EXAM_ID, "item:2", "office", "")
    apply(tb)
    assert made.states(tb, "2")["final", "machine", False] == 40


def test_what_was_released_stays_settled(tb: Toolbox, licensed: made.Marked) -> None:
    before = made.states(tb, "3")
    with tb.store.write() as uow:
        uow.outputs.add_release(EXAM_ID, "office", "0" * 64, "")
    withdraw(tb, EXAM_ID, ITEM, "office", "")
    apply(tb)
    settled = ("final", "machine", False)
    assert made.states(tb, "3")[settled] == before[settled]


def test_a_response_on_somebodys_screen_is_left_alone(tb: Toolbox) -> None:
    exam = measured(tb)
    with tb.store.write() as uow:
        uow.marks.lock(exam.pages[230], "3", "marker", 300)
    grant(tb, EXAM_ID, ITEM, 0.02, renew(tb), "office", "")
    apply(tb)
    with tb.store.read() as uow:
        mark = uow.marks.current(exam.pages[230], "3")
    assert mark is not None
    assert (mark.state, mark.licence) == (MarkState.PROPOSED, "")


def test_a_licence_of_the_item_counts_before_one_of_its_kind(tb: Toolbox) -> None:
    kind = Terms(label="kind", threshold=0.5, model=made.MODEL, rubric="r")
    item = kind.model_copy(update={"label": "item", "threshold": 0.9})
    mark = made.proposal(read_exam(made.EXAM), "p", "3", 0.7).model_copy(update={"rubric": "r"})
    both = under_terms(mark, ItemTerms(chosen=(item, kind)), otherwise=MarkState.PROPOSED)
    alone = under_terms(mark, ItemTerms(chosen=(kind,)), otherwise=MarkState.PROPOSED)
    assert (both.state, both.licence) == (MarkState.PROPOSED, "item")
    assert (alone.state, alone.licence) == (MarkState.FINAL, "kind")


def test_a_licence_of_a_kind_settles_all_items_that_it_was_measured_on(tb: Toolbox) -> None:
    exam = made.found(tb, 220)
    for item in ("3", "4"):
        made.propose(tb, exam.pages, item, 0.9)
        made.blind_marks(tb, exam.pages[:100], item)
    renew(tb)
    with tb.store.read() as uow:
        report = kept_report(uow, EXAM_ID, "kind:short_answer")
    assert report is not None
    assert report.blind == 200
    grant(tb, EXAM_ID, "kind:short_answer", 0.02, report.digest, "office", "")
    apply(tb)
    for item in ("3", "4"):
        found = made.states(tb, item)
        assert found["final", "machine", False] + found["proposed", "machine", True] == 120


# measuring


def test_measuring_hides_about_so_many_proposals_and_can_be_ended(tb: Toolbox) -> None:
    pages = made.found(tb, 200).pages
    made.propose(tb, pages, "3", 0.8)
    measure(tb, EXAM_ID, ITEM, 60, "office")
    apply(tb)
    hidden = made.states(tb, "3")["proposed", "machine", True]
    assert 40 <= hidden <= 80
    measure(tb, EXAM_ID, ITEM, 0, "office")
    apply(tb)
    assert made.states(tb, "3") == {("proposed", "machine", False): 200}


def test_what_is_measured_does_not_depend_on_what_seeds_are_drawn() -> None:
    exam = read_exam(made.EXAM)
    marks = [made.proposal(exam, f"p{n}", "3", 0.9) for n in range(2000)]
    both = sum(falls_in(m, "seed", 0.5) and falls_in(m, "measure", 0.5) for m in marks)
    assert 420 <= both <= 580
    assert sum(falls_in(m, "seed", 0.05) for m in marks) == pytest.approx(100, abs=35)
    assert not any(falls_in(m, "seed", 0.0) for m in marks)
    assert all(falls_in(m, "seed", 1.0) for m in marks)


@pytest.mark.parametrize("count", [-1, 1001])
def test_a_number_that_makes_no_sense_is_refused(tb: Toolbox, count: int) -> None:
    made.found(tb, 2)
    with pytest.raises(BadInput, match=str(count)):
        measure(tb, EXAM_ID, ITEM, count, "office")


def test_nothing_can_be_drawn_where_nothing_was_proposed(tb: Toolbox) -> None:
    made.found(tb, 2)
    with pytest.raises(Conflict, match="没有可以抽取"):
        measure(tb, EXAM_ID, ITEM, 5, "office")


# falling back


def _seeds(tb: Toolbox) -> list[str]:
    with tb.store.read() as uow:
        return [page for (page, item), mark in uow.marks.of_exam(EXAM_ID, items=["3"]).items() if mark.seed]


def look_after(tb: Toolbox) -> None:
    """Do the watch that is owed, as a worker would."""
    with tb.store.read() as uow:
        owed = [job.args for job in uow.jobs.open_of_exam(EXAM_ID)]
    assert {"what": "licence", "watch": "3"} in owed
    apply_licences(tb, EXAM_ID, {"what": "licence", "watch": "3"}, _nobody)


def test_seeds_that_agree_leave_the_licence_as_it_is(tb: Toolbox, licensed: made.Marked) -> None:
    for page in _seeds(tb):
        made.give(tb, page, "3", 2)
    look_after(tb)
    with tb.store.read() as uow:
        assert fallen_back(uow, EXAM_ID) == {}


def test_seeds_that_differ_take_the_licence_back_and_the_unreleased_marks_with_it(
    tb: Toolbox, licensed: made.Marked
) -> None:
    seeds = _seeds(tb)
    for page in seeds[:3]:
        made.give(tb, page, "3", 0)
    with tb.store.read() as uow:
        assert fallen_back(uow, EXAM_ID) == {}  # the marker's own action reads no histories
    look_after(tb)
    with tb.store.read() as uow:
        fallen = fallen_back(uow, EXAM_ID)[ITEM]
        line = uow.audit.lines(EXAM_ID, ITEM)[0]
        owed = [job for job in uow.jobs.open_of_exam(EXAM_ID) if job.args == {"what": "licence"}]
    assert (fallen.by, fallen.choice.action) == ("machine", LicenceAction.FALLEN_BACK)
    assert (line.action, line.by) == ("licence.fallen_back", "machine")
    assert "与教师判的不同" in line.why
    assert [job.kind for job in owed] == [JobKind.ANALYSE]  # which also stops a release meanwhile
    apply(tb)
    assert made.states(tb, "3")["final", "machine", False] == 0
    with tb.store.read() as uow:
        exam = uow.exams.get(EXAM_ID)
        fresh = under_licences(uow, exam, [made.proposal(exam, "new", "3", 0.99)])
    assert fresh[0].state is MarkState.PROPOSED


def test_a_fallen_licence_stays_closed_for_fills_that_the_settings_would_settle() -> None:
    locked = ItemTerms(chosen=(Terms(label="item:2#3", threshold=None),))
    mark = made.proposal(read_exam(made.EXAM), "p", "2", 0.999)
    assert under_terms(mark, locked, otherwise=MarkState.FINAL).state is MarkState.PROPOSED


def test_ordinary_marks_beside_the_proposal_do_not_count_against_a_licence(
    tb: Toolbox, licensed: made.Marked
) -> None:
    for page in licensed.pages[-20:]:  # unsure ones, shown to the marker
        made.give(tb, page, "3", 0)
    with tb.store.read() as uow:
        assert fallen_back(uow, EXAM_ID) == {}


def test_a_new_choice_after_a_fall_starts_afresh(tb: Toolbox, licensed: made.Marked) -> None:
    for page in _seeds(tb)[:3]:
        made.give(tb, page, "3", 0)
    look_after(tb)
    with tb.store.read() as uow:
        assert set(fallen_back(uow, EXAM_ID)) == {ITEM}
    withdraw(tb, EXAM_ID, ITEM, "office", "已查")
    with tb.store.read() as uow:
        assert fallen_back(uow, EXAM_ID) == {}
        assert terms_in(uow, uow.exams.get(EXAM_ID)) == {}


def test_taking_a_mark_back_restores_only_what_the_licences_of_now_allow(
    tb: Toolbox, licensed: made.Marked
) -> None:
    with tb.store.read() as uow:
        marks = uow.marks.of_exam(EXAM_ID, items=["3"])
    settled = [page for (page, _), mark in marks.items() if mark.state is MarkState.FINAL and mark.licence][
        :2
    ]
    for page in settled:
        made.give(tb, page, "3", 0)
    assert undo(tb, settled[0], "3", "marker").state is MarkState.FINAL  # the licence still holds
    withdraw(tb, EXAM_ID, ITEM, "office", "")
    mark = undo(tb, settled[1], "3", "marker")
    assert (mark.state, mark.licence, mark.undoes > 0) == (MarkState.PROPOSED, "", True)


def test_a_judges_licence_says_nothing_of_what_another_scorer_stood_in_for(tb: Toolbox) -> None:
    exam = read_exam(made.EXAM)
    judge = "criteria-spotted-3+judge:qwen"
    mark = made.proposal(exam, "p", "3", 0.99, model=judge)
    terms = ItemTerms(chosen=(Terms(label="x", threshold=0.9, model=judge, rubric=mark.rubric),))
    for models, settles in (
        (("judge:qwen", "criteria-spotted-3"), True),
        (("", "judge:qwen"), True),
        (("judge:qwen", "shipped-1 a1b2c3"), False),
        (("statistical-1", "shipped-1 a1b2c3"), False),
    ):
        awards = tuple(Award(criterion=f"c{n}", steps=1, full_steps=1, model=m) for n, m in enumerate(models))
        one = mark.model_copy(update={"awards": awards})
        kept = under_terms(one, terms, otherwise=MarkState.PROPOSED)
        assert (kept.state is MarkState.FINAL) is settles
    read_otherwise = mark.model_copy(update={"engine": "vlm:qwen-vl"})
    assert under_terms(read_otherwise, terms, otherwise=MarkState.PROPOSED).state is MarkState.PROPOSED


def test_marks_of_a_stand_in_are_measured_apart_from_the_judges(tb: Toolbox) -> None:
    pages = made.found(tb, 9).pages
    judge = "criteria-spotted-3+judge:qwen"
    made.propose(tb, pages, "3", 0.9, model=judge)
    with tb.store.write() as uow:
        for page in pages[:3]:
            mark = uow.marks.current(page, "3")
            assert mark is not None
            award = Award(criterion="a", steps=2, full_steps=2, model="shipped-1 a1b2c3")
            uow.marks.add(mark.model_copy(update={"awards": (award,)}))
    made.blind_marks(tb, pages[:5], "3")
    with tb.store.read() as uow:
        report = report_of(uow, uow.exams.get(EXAM_ID), ITEM)
    assert (report.model, report.blind, report.older, report.waiting) == (judge, 2, 3, 4)


def test_every_tenth_mark_of_an_item_owes_a_new_report(tb: Toolbox) -> None:
    pages = made.found(tb, 10).pages
    made.propose(tb, pages, "3", 0.8)
    for page in pages:
        made.give(tb, page, "3", 2)
    with tb.store.read() as uow:
        owed = [job.args for job in uow.jobs.open_of_exam(EXAM_ID)]
    assert owed.count({"what": "agreement", "item": "3"}) == 1


def test_answers_that_are_to_be_marked_unseen_are_in_no_group(tb: Toolbox) -> None:
    pages = made.found(tb, 8, scans=True).pages
    made.propose(tb, pages, "2", 0.5)
    with tb.store.write() as uow:
        hidden = uow.marks.current(pages[0], "2")
        assert hidden is not None
        uow.marks.add(hidden.model_copy(update={"seed": True}))
    group_analysis(tb, EXAM_ID, {"item": "2"}, _nobody)
    with tb.store.read() as uow:
        kept = uow.analyses.current(EXAM_ID, "groups", "2")
    assert kept is not None
    assert pages[4] in kept.doc  # the same words
    assert f'"{pages[0]}"' not in kept.doc
