"""The marking queue: what a person is given, and what the person's decision does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from core.errors import BadInput, Conflict, NotFound
from core.exams import ItemKind
from core.marks import MarkSource, MarkState
from core.pages import PageState
from core.store import Store
from core.store.base import utc_now
from core.store.engine import open_engine
from pipeline.exams import save_exam
from pipeline.results import gather_results
from pipeline.review import (
    LOCK_S,
    Seen,
    correct_choice,
    flag,
    give_mark,
    history,
    keep_tasks,
    last_marked,
    next_tasks,
    queue_summary,
    task,
    undo,
)
from pipeline.toolbox import Toolbox
from tests.pipeline.homes import MARKER, OFFICE, OTHER, Home
from tests.pipeline.small_exam import SMALL_EXAM


def all_tasks(home: Home, by: str = MARKER) -> list[tuple[str, str]]:
    return [(t.page_id, t.item.number) for t in next_tasks(home.tb, home.exam_id, by, count=99)]


def test_the_queue_keeps_one_item_together_in_the_order_of_the_exam(home: Home) -> None:
    keys = all_tasks(home)
    order = {item.number: n for n, item in enumerate(home.exam.items)}
    places = [order[item] for _page, item in keys]
    assert places == sorted(places)
    scanned = {e.page.id: n for n, e in enumerate(home.entries)}
    for number in set(order):
        own = [scanned[page] for page, item in keys if item == number]
        assert own == sorted(own)
    assert queue_summary(home.tb, home.exam_id) == {
        item: sum(key[1] == item for key in keys) for item in dict.fromkeys(key[1] for key in keys)
    }


def test_short_answers_and_essays_always_wait_for_a_person(home: Home) -> None:
    by_hand = {i.number for i in home.exam.items if i.kind in (ItemKind.SHORT_ANSWER, ItemKind.ESSAY)}
    for (_page, item), mark in home.marks.items():
        if item in by_hand:
            assert mark.state is MarkState.PROPOSED
        if item == "10":
            assert mark.steps is None


def test_second_scans_and_strays_are_not_in_the_queue(home: Home) -> None:
    aside = {e.page.id for e in home.entries if e.state in (PageState.DUPLICATE, PageState.STRAY)}
    assert len(aside) == 2
    assert not aside & {page for page, _item in all_tasks(home)}


def test_a_response_on_one_screen_is_not_given_to_another_marker(home: Home) -> None:
    mine = next_tasks(home.tb, home.exam_id, MARKER, count=2)
    theirs = next_tasks(home.tb, home.exam_id, OTHER, count=99)
    held = {(t.page_id, t.item.number) for t in mine}
    assert len(held) == 2
    assert not held & {(t.page_id, t.item.number) for t in theirs}
    again = next_tasks(home.tb, home.exam_id, MARKER, count=2)
    assert {(t.page_id, t.item.number) for t in again} == held


def test_a_lock_ends_by_itself(home: Home) -> None:
    held = next_tasks(home.tb, home.exam_id, MARKER, count=1)[0]
    tb = at_a_later_time(home, LOCK_S + 1)
    first = next_tasks(tb, home.exam_id, OTHER, count=1)[0]
    tb.store.close()
    assert (first.page_id, first.item.number) == (held.page_id, held.item.number)


def test_what_a_person_has_put_off_comes_later_and_one_item_can_be_asked_for(home: Home) -> None:
    keys = all_tasks(home)
    put_off = next_tasks(home.tb, home.exam_id, MARKER, count=1, skip=frozenset(keys[:3]))[0]
    assert (put_off.page_id, put_off.item.number) == keys[3]
    essays = next_tasks(home.tb, home.exam_id, MARKER, item="10", count=99)
    assert {t.item.number for t in essays} == {"10"}
    assert len(essays) == queue_summary(home.tb, home.exam_id)["10"]


def a_short_answer(home: Home) -> str:
    """A page on which item 7 waits."""
    return next(page for page, item in all_tasks(home) if item == "7")


def test_a_persons_mark_is_final_a_new_revision_and_in_the_audit_log(home: Home) -> None:
    page = a_short_answer(home)
    before = home.marks[page, "7"]
    mark = give_mark(home.tb, page, "7", {"a": 2, "b": 0}, MARKER, "要点b没有")
    assert (mark.steps, mark.state, mark.source, mark.by) == (2, MarkState.FINAL, MarkSource.PERSON, MARKER)
    assert mark.revision == before.revision + 1
    assert [a.steps for a in mark.awards] == [2, 0]
    assert (page, "7") not in all_tasks(home, OTHER)
    assert [m.by for m in history(home.tb, page, "7")] == ["machine", MARKER]
    with home.tb.store.read() as uow:
        line = uow.audit.lines(home.exam_id, f"{page}:7")[0]
    assert (line.by, line.action, line.why) == (MARKER, "mark.give", "要点b没有")
    assert [m.item for m in last_marked(home.tb, home.exam_id, MARKER)] == ["7"]


@pytest.mark.parametrize(
    ("awards", "message"),
    [
        ({}, "未给分的项: 压强与深度有关, 压强与密度有关"),
        ({"a": 0}, "未给分的项: 压强与密度有关"),
        ({"a": 2, "b": 1, "c": 1}, "c"),
        ({"": 3}, "压强与深度有关"),
        ({"a": 3, "b": 0}, "给了 3 分, 应在 0 到 2 之间"),
        ({"a": -1, "b": 0}, "给了 -1 分"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_and_changes_nothing(
    home: Home, awards: Mapping[str, int], message: str
) -> None:
    page = a_short_answer(home)
    before = home.marks
    with pytest.raises(BadInput, match=message):
        give_mark(home.tb, page, "7", awards, MARKER)
    assert home.marks == before


def test_zero_is_a_mark_when_it_is_given(home: Home) -> None:
    page = a_short_answer(home)
    assert give_mark(home.tb, page, "7", {"a": 0, "b": 0}, MARKER).steps == 0


def test_what_is_not_there_cannot_be_marked(home: Home) -> None:
    with pytest.raises(NotFound, match="没有这份作答"):
        give_mark(home.tb, "no-page", "7", {"a": 0, "b": 0}, MARKER)
    with pytest.raises(NotFound, match="没有这份作答"):
        task(home.tb, a_short_answer(home), "99")


def test_undoing_goes_back_step_by_step_and_never_over_another_persons_mark(home: Home) -> None:
    page = a_short_answer(home)
    proposed = home.marks[page, "7"]
    with pytest.raises(Conflict, match="没有可以撤销"):
        undo(home.tb, page, "7", MARKER)
    give_mark(home.tb, page, "7", {"a": 2, "b": 0}, MARKER)
    give_mark(home.tb, page, "7", {"a": 2, "b": 1}, MARKER)
    with pytest.raises(Conflict):
        undo(home.tb, page, "7", OTHER)
    assert undo(home.tb, page, "7", MARKER).steps == 2
    back = undo(home.tb, page, "7", MARKER)
    assert (back.steps, back.state, back.by) == (proposed.steps, MarkState.PROPOSED, "machine")
    assert back.revision == 5  # nothing was overwritten
    assert (page, "7") in all_tasks(home)


def test_undoing_a_score_given_before_brings_back_the_one_just_before_it(home: Home) -> None:
    page = a_short_answer(home)
    for b, a in ((0, 1), (0, 2), (0, 1)):
        give_mark(home.tb, page, "7", {"a": a, "b": b}, MARKER)
    assert undo(home.tb, page, "7", MARKER).steps == 2
    assert undo(home.tb, page, "7", MARKER).steps == 1
    give_mark(home.tb, page, "7", {"a": 2, "b": 1}, MARKER)
    back = undo(home.tb, page, "7", MARKER)
    assert (back.steps, back.undoes) == (1, back.revision - 1)
    assert undo(home.tb, page, "7", MARKER).state is MarkState.PROPOSED


def _mark_it(tb: Toolbox, page: str, by: str, seen: Seen | None) -> object:
    return give_mark(tb, page, "7", {"a": 1, "b": 1}, by, seen=seen)


def _flag_it(tb: Toolbox, page: str, by: str, seen: Seen | None) -> object:
    return flag(tb, page, "7", "图像不清", by, seen=seen)


def _correct_it(tb: Toolbox, page: str, by: str, seen: Seen | None) -> object:
    return correct_choice(tb, page, "1", "A", by, seen=seen)


Deed = Callable[[Toolbox, str, str, Seen | None], object]
DEEDS = [("7", _mark_it), ("7", _flag_it), ("1", _correct_it)]


@pytest.mark.parametrize(("item", "deed"), DEEDS)
def test_what_has_changed_since_it_was_seen_is_left_alone(home: Home, item: str, deed: Deed) -> None:
    page = a_short_answer(home) if item == "7" else home.page_of("270102")
    seen = Seen(task(home.tb, page, item).mark.revision, task(home.tb, page, item).rubric)
    with pytest.raises(Conflict, match="分数在打开以后又变了"):
        deed(home.tb, page, MARKER, Seen(seen.revision + 1, seen.rubric))
    text = SMALL_EXAM.replace("accepted: [密度]", "accepted: [密度, 种类]").replace("keys: BAC", "keys: AAC")
    save_exam(home.tb, text, "e.yaml", OFFICE)  # not yet marked again: the mark is the one that was seen
    with pytest.raises(Conflict, match="评分标准刚刚修改过"):
        deed(home.tb, page, MARKER, seen)
    assert home.marks[page, item].revision == seen.revision
    deed(home.tb, page, MARKER, Seen(seen.revision, task(home.tb, page, item).rubric))
    assert home.marks[page, item].by == MARKER


@pytest.mark.parametrize(("item", "deed"), DEEDS)
def test_nobody_marks_what_is_on_anothers_screen(home: Home, item: str, deed: Deed) -> None:
    page = a_short_answer(home) if item == "7" else home.page_of("270102")
    with home.tb.store.write() as uow:
        uow.marks.lock(page, item, OTHER, LOCK_S)
    with pytest.raises(Conflict, match="正由他人处理"):
        deed(home.tb, page, MARKER, None)
    late = at_a_later_time(home, LOCK_S + 1)
    deed(late, page, MARKER, None)
    late.store.close()
    assert home.marks[page, item].by == MARKER


def at_a_later_time(home: Home, seconds: int) -> Toolbox:
    """The same installation with its clock put forward; close its store."""
    url = home.tb.settings.resolved_database_url
    store = Store(open_engine(url), lambda: utc_now() + timedelta(seconds=seconds))
    return Toolbox(home.tb.settings, store, home.tb.blobs)


def test_a_lock_that_is_renewed_outlasts_its_time(home: Home) -> None:
    held = [(t.page_id, t.item.number) for t in next_tasks(home.tb, home.exam_id, MARKER, count=2)]
    soon = at_a_later_time(home, LOCK_S - 10)
    assert keep_tasks(soon, held[:1], MARKER) == ()
    later = at_a_later_time(home, LOCK_S + 10)
    theirs = {(t.page_id, t.item.number) for t in next_tasks(later, home.exam_id, OTHER, count=99)}
    assert held[0] not in theirs
    assert held[1] in theirs
    assert keep_tasks(later, held, MARKER) == (held[1],)  # another has it now
    assert keep_tasks(later, [("no-page", "7")], MARKER) == (("no-page", "7"),)
    for tb in (soon, later):
        tb.store.close()


def test_why_a_mark_was_changed_is_for_the_audit_log_alone(home: Home) -> None:
    page = a_short_answer(home)
    give_mark(home.tb, page, "7", {"a": 1, "b": 0}, MARKER)
    mark = give_mark(home.tb, page, "7", {"a": 2, "b": 0}, MARKER, why="看漏了一行")
    assert mark.reason == ""
    with home.tb.store.read() as uow:
        assert uow.audit.lines(home.exam_id, f"{page}:7")[0].why == "看漏了一行"


def test_flagging_needs_a_reason_and_moves_the_response_to_the_offices_queue(home: Home) -> None:
    page = a_short_answer(home)
    with pytest.raises(BadInput, match="写明原因"):
        flag(home.tb, page, "7", "  ", MARKER)
    mark = flag(home.tb, page, "7", "疑似雷同", MARKER)
    assert (mark.flag, mark.state) == ("疑似雷同", MarkState.PROPOSED)
    assert (page, "7") not in all_tasks(home)
    flagged = next_tasks(home.tb, home.exam_id, OFFICE, count=9, queue="flagged")
    assert [(t.page_id, t.item.number) for t in flagged] == [(page, "7")]
    assert queue_summary(home.tb, home.exam_id, "flagged") == {"7": 1}
    assert give_mark(home.tb, page, "7", {"a": 0, "b": 0}, OFFICE).flag == ""
    assert queue_summary(home.tb, home.exam_id, "flagged") == {}


def answer(home: Home, page: str, item: str) -> str:
    results = gather_results(home.tb, home.exam_id)
    found = [i for c in results.candidates for i in c.items if (i.page_id, i.item) == (page, item)]
    return found[0].answer


def test_a_corrected_choice_is_marked_by_the_key_and_is_what_results_show(home: Home) -> None:
    page = home.page_of("270102")
    mark = correct_choice(home.tb, page, "4", "c", MARKER)
    assert (mark.steps, mark.by, mark.state) == (2, MARKER, MarkState.FINAL)  # 漏选给一半
    assert "C" in mark.reason
    assert answer(home, page, "4") == "C"
    assert correct_choice(home.tb, page, "4", "CA", MARKER).steps == 4
    assert correct_choice(home.tb, page, "4", "", MARKER).steps == 0
    assert correct_choice(home.tb, page, "5", "T", MARKER).steps == 1


@pytest.mark.parametrize(
    ("item", "labels", "message"),
    [("1", "E", "没有选项 E"), ("5", "A", "没有选项 A"), ("7", "A", "不是选择或判断题")],
)
def test_a_correction_that_cannot_be_is_refused(home: Home, item: str, labels: str, message: str) -> None:
    page = a_short_answer(home) if item == "7" else home.page_of("270102")
    before = home.marks
    with pytest.raises(BadInput, match=message):
        correct_choice(home.tb, page, item, labels, MARKER)
    assert home.marks == before


def test_undoing_a_correction_takes_back_what_was_said_about_the_bubbles(home: Home) -> None:
    page = home.page_of("270102")
    read, machine = answer(home, page, "1"), home.marks[page, "1"]
    first, second = [label for label in "ABCD" if label != read][:2]
    correct_choice(home.tb, page, "1", first, MARKER)
    correct_choice(home.tb, page, "1", second, MARKER)
    assert answer(home, page, "1") == second
    undo(home.tb, page, "1", MARKER)
    assert answer(home, page, "1") == first
    assert undo(home.tb, page, "1", MARKER).steps == machine.steps
    assert answer(home, page, "1") == read
    correct_choice(home.tb, page, "1", second, MARKER)
    undo(home.tb, page, "1", MARKER)
    assert answer(home, page, "1") == read


def test_a_task_shows_what_was_read_beside_what_there_is_to_score(home: Home) -> None:
    shown = task(home.tb, a_short_answer(home), "7")
    assert [(pad.id, pad.name, pad.full_steps) for pad in shown.pads] == [
        ("a", "压强与深度有关", 2),
        ("b", "压强与密度有关", 1),
    ]
    assert shown.reading.texts_of("7")
    fill = task(home.tb, home.page_of("270102"), "6")
    assert [(pad.id, pad.name) for pad in fill.pads] == [("1", "第1空: 12 N"), ("2", "第2空: 重力")]
