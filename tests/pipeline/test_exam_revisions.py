"""The key changes after the pages were marked: exactly what it touches is marked again."""

from __future__ import annotations

import pytest

from core.errors import Conflict, ExamInvalid
from core.exam_files import read_exam
from core.jobs import JobKind, JobState
from core.marks import MarkSource, MarkState
from marking import rubric_digest
from pipeline.exams import exam_text, save_exam
from pipeline.marking_again import mark_again
from pipeline.moved import moved_scores
from pipeline.requests import ask_remark, ask_settle
from pipeline.results import gather_results, release_blockers
from pipeline.review import correct_choice, flag, give_mark, next_tasks, undo
from tests.pipeline.homes import MARKER, OFFICE, Home, upload
from tests.pipeline.small_exam import SMALL_EXAM


def other_key(text: str = SMALL_EXAM) -> str:
    """The exam with another key for item 2, which was A."""
    return text.replace("keys: BAC", "keys: BDC")


def test_the_same_exam_saved_twice_is_no_new_revision(home: Home) -> None:
    jobs = home.jobs
    for text in (SMALL_EXAM, exam_text(home.tb, home.exam_id)):
        saved = save_exam(home.tb, text, "again.yaml", OFFICE)
        assert (saved.exam.revision, saved.changed, saved.job_id) == (1, (), "")
    assert home.jobs == jobs


def test_words_that_touch_no_mark_make_a_revision_but_no_work(home: Home) -> None:
    saved = save_exam(home.tb, SMALL_EXAM.replace("八年级物理小测", "八年级物理单元测"), "e.yaml", OFFICE)
    assert (saved.exam.revision, saved.changed, saved.job_id) == (2, (), "")


def test_an_exam_that_cannot_be_changes_nothing(home: Home) -> None:
    with pytest.raises(ExamInvalid, match=r"wrong\.yaml 第 4 行"):
        save_exam(home.tb, SMALL_EXAM.replace("total: 30", "total: 31"), "wrong.yaml", OFFICE)
    assert home.exam.revision == 1


def test_a_changed_key_marks_exactly_its_item_again_and_tells_who_moved(marked: Home) -> None:
    before = marked.marks
    saved = save_exam(marked.tb, other_key(), "exam.yaml", OFFICE)
    assert saved.changed == ("2",)
    marked.work()
    after = marked.marks
    assert {key for key in after if after[key] != before[key]} == {key for key in after if key[1] == "2"}
    moved = moved_scores(marked.tb, marked.exam_id, 2)
    expected = {
        key[0]: (before[key].steps, after[key].steps)
        for key in after
        if key[1] == "2" and before[key].steps != after[key].steps and key[0] in placed_pages(marked)
    }
    assert expected
    assert {m.page_id: (m.before, m.after) for m in moved} == expected
    assert all(m.item == "2" and m.name and m.number for m in moved)
    with marked.tb.store.read() as uow:
        lines = [line for line in uow.audit.lines(marked.exam_id) if line.action == "mark.again"]
    assert {line.why for line in lines} == {"revision 2"}
    assert moved_scores(marked.tb, marked.exam_id, 3) == ()


def placed_pages(home: Home) -> set[str]:
    return {e.page.id for e in home.entries if e.candidate_id}


def test_the_results_follow_the_new_key(marked: Home) -> None:
    before = {c.candidate.number: c for c in gather_results(marked.tb, marked.exam_id).present}
    save_exam(marked.tb, other_key(), "exam.yaml", OFFICE)
    marked.work()
    for result in gather_results(marked.tb, marked.exam_id).present:
        old, new = before[result.candidate.number].item("2"), result.item("2")
        assert old is not None and new is not None and new.steps is not None
        assert new.steps == (2 if new.answer == "D" else 0)
        change = new.steps - (old.steps or 0)
        assert result.total_steps - before[result.candidate.number].total_steps == change


def test_a_persons_mark_is_kept_but_waits_again_when_its_rubric_has_changed(marked: Home) -> None:
    page = marked.page_of("270102", marked.card.pages_of("7")[0])
    give_mark(marked.tb, page, "7", {"a": 2, "b": 1}, MARKER)
    save_exam(marked.tb, SMALL_EXAM.replace("accepted: [密度]", "accepted: [密度, 种类]"), "e.yaml", OFFICE)
    marked.work()
    mark = marked.marks[page, "7"]
    assert (mark.steps, mark.source, mark.by) == (3, MarkSource.PERSON, MARKER)
    assert (mark.state, mark.reason) == (MarkState.PROPOSED, "评分标准已修改, 请复核")
    assert "7" in {t.item.number for t in next_tasks(marked.tb, marked.exam_id, MARKER, count=99)}
    with pytest.raises(Conflict, match="标准已经修改"):
        undo(marked.tb, page, "7", MARKER)


def test_full_points_that_fell_are_the_new_awards_bound(marked: Home) -> None:
    page = marked.page_of("270102", marked.card.pages_of("7")[0])
    give_mark(marked.tb, page, "7", {"a": 1, "b": 1}, MARKER)
    text = SMALL_EXAM.replace("{id: a, points: 2, statement: 压强", "{id: a, points: 1, statement: 压强")
    save_exam(marked.tb, text.replace("total: 30", "total: 29"), "e.yaml", OFFICE)
    marked.work()
    again = give_mark(marked.tb, page, "7", {"a": 1, "b": 1}, MARKER)
    assert [award.full_steps for award in again.awards] == [1, 1]


def test_a_person_word_on_what_was_filled_holds_under_the_new_key(marked: Home) -> None:
    page = marked.page_of("270102")
    correct_choice(marked.tb, page, "2", "D", MARKER)
    assert marked.marks[page, "2"].steps == 0
    save_exam(marked.tb, other_key(), "exam.yaml", OFFICE)
    marked.work()
    mark = marked.marks[page, "2"]
    assert (mark.steps, mark.state) == (2, MarkState.FINAL)
    assert "填涂经人工确认" in mark.reason
    assert MARKER not in mark.reason  # the student reads it


def test_a_score_given_after_the_bubbles_were_confirmed_is_never_replaced(marked: Home) -> None:
    page = marked.page_of("270102")
    correct_choice(marked.tb, page, "2", "A", MARKER)
    give_mark(marked.tb, page, "2", {"": 1}, MARKER)
    save_exam(marked.tb, other_key(), "exam.yaml", OFFICE)
    marked.work()
    mark = marked.marks[page, "2"]
    assert (mark.steps, mark.source, mark.state) == (1, MarkSource.PERSON, MarkState.PROPOSED)


def test_a_flagged_correction_stays_with_the_office(marked: Home) -> None:
    page = marked.page_of("270102")
    correct_choice(marked.tb, page, "2", "A", MARKER)
    flag(marked.tb, page, "2", "涂改疑似", MARKER)
    save_exam(marked.tb, other_key(), "exam.yaml", OFFICE)
    marked.work()
    assert (marked.marks[page, "2"].flag, marked.marks[page, "2"].state) == ("涂改疑似", MarkState.PROPOSED)


def test_a_confirmed_option_that_is_gone_waits_and_the_rest_is_marked(marked: Home) -> None:
    page = marked.page_of("270102")
    correct_choice(marked.tb, page, "2", "D", MARKER)
    fewer = SMALL_EXAM.replace("keys: BAC", "keys: BBC\n    options: 3")
    save_exam(marked.tb, fewer, "exam.yaml", OFFICE)
    marked.work()  # no job fails
    mark = marked.marks[page, "2"]
    assert (mark.steps, mark.state) == (None, MarkState.PROPOSED)
    assert "没有选项 D" in mark.reason
    digest = rubric_digest(marked.exam.item("2"))
    assert {m.rubric for (_page, item), m in marked.marks.items() if item == "2"} == {digest}
    assert correct_choice(marked.tb, page, "2", "B", MARKER).steps == 2


def test_a_mark_sent_back_with_the_same_score_is_in_the_audit_log(marked: Home) -> None:
    page = marked.page_of("270102", marked.card.pages_of("7")[0])
    give_mark(marked.tb, page, "7", {"a": 2, "b": 1}, MARKER)
    save_exam(marked.tb, SMALL_EXAM.replace("accepted: [密度]", "accepted: [密度, 种类]"), "e.yaml", OFFICE)
    marked.work()
    with marked.tb.store.read() as uow:
        line = uow.audit.lines(marked.exam_id, f"{page}:7")[0]
    assert (line.by, line.action, line.why) == ("machine", "mark.recheck", "revision 2")
    assert (line.before, line.after) == (f"3 final {MARKER}", f"3 proposed {MARKER}")
    assert moved_scores(marked.tb, marked.exam_id, 2) == ()


def test_marks_by_an_older_key_stand_in_the_way_of_a_release(marked: Home) -> None:
    """As after a marking job that failed: the exam moved on, the marks did not."""
    with marked.tb.store.write() as uow:
        uow.exams.add(read_exam(other_key()), OFFICE)
    stale = [b for b in release_blockers(marked.tb, marked.exam_id) if "现在的标准" in b]
    assert len(stale) == 1
    assert int(stale[0].split()[0]) == len(gather_results(marked.tb, marked.exam_id).present)
    ask_remark(marked.tb, marked.exam_id)
    marked.work()
    assert release_blockers(marked.tb, marked.exam_id) == ()


def test_marking_again_without_a_change_moves_nothing(marked: Home) -> None:
    before = marked.counts()
    ask_remark(marked.tb, marked.exam_id)
    marked.work()
    assert marked.counts() == before
    assert moved_scores(marked.tb, marked.exam_id, 1) == ()


def test_a_key_changed_back_leaves_no_move_behind_in_the_scores(marked: Home) -> None:
    before = {key: mark.steps for key, mark in marked.marks.items()}
    for text in (other_key(), SMALL_EXAM):
        save_exam(marked.tb, text, "exam.yaml", OFFICE)
        marked.work()
    assert {key: mark.steps for key, mark in marked.marks.items()} == before
    there, back = (moved_scores(marked.tb, marked.exam_id, revision) for revision in (2, 3))
    assert [(m.page_id, m.before, m.after) for m in there] == [(m.page_id, m.after, m.before) for m in back]


def test_a_key_that_changes_while_marks_are_made_again_is_not_overwritten(marked: Home) -> None:
    """The first job is in the middle of its pages when the exam is saved once more."""
    save_exam(marked.tb, other_key(), "exam.yaml", OFFICE)
    third = SMALL_EXAM.replace("keys: BAC", "keys: BBC")

    def meanwhile(done: int, _total: int) -> None:
        if done == 2:
            save_exam(marked.tb, third, "exam.yaml", OFFICE)

    mark_again(marked.tb, marked.exam_id, ["2"], meanwhile, "revision 2")
    marked.work()
    for result in gather_results(marked.tb, marked.exam_id).present:
        item = result.item("2")
        assert item is not None
        if item.page_id:
            assert item.steps == (2 if item.answer == "B" else 0)


def test_the_same_file_twice_changes_nothing(home: Home) -> None:
    with home.tb.store.read() as uow:
        (stack,) = uow.pages.stacks(home.exam_id)
    before, jobs = home.counts(), home.jobs
    assert upload(home, home.tb.blobs.get(stack.blob), "once-more.pdf") == stack.id
    assert home.jobs == jobs
    assert home.counts() == before


@pytest.mark.parametrize("kind", [JobKind.SPLIT_STACK, JobKind.RECOGNISE, JobKind.SETTLE])
def test_a_job_that_runs_twice_changes_nothing(marked: Home, kind: JobKind) -> None:
    before, blobs = marked.counts(), len(list(marked.tb.blobs._root.rglob("*")))
    done = [job for job in marked.jobs if job.kind is kind]
    assert done
    with marked.tb.store.write() as uow:
        for job in done:
            uow.jobs.ask(kind, job.exam_id, job.args)
    marked.work()
    assert marked.counts() == before
    assert len(list(marked.tb.blobs._root.rglob("*"))) == blobs
    assert all(job.state is JobState.DONE for job in marked.jobs)


def test_settling_asked_for_again_changes_nothing(home: Home) -> None:
    before = home.counts()
    ask_settle(home.tb, home.exam_id)
    home.work()
    assert home.counts() == before
